// tokenward: the command line of the daemon's users.
#include "client/cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct command commands[] = {
    {"get", "print a token", get_help, run_get},
    {"status", "show the state of every scope", status_help, run_status},
    {"identities", "list what you may use", identities_help, run_identities},
    {"report", "tell how a service refused a token", report_help, run_report},
    {"invalidate", "have a token dropped", invalidate_help, run_invalidate},
    {"renew", "have a new token fetched now", renew_help, run_renew},
    {"login", "give a person's MFA code", login_help, run_login},
    {"config", "make a configuration from clouds.yaml", config_help, run_config},
};
enum { command_count = sizeof commands / sizeof *commands };

static void append_help(struct tw_buffer* out) {
    tw_buffer_append_text(out, "Usage: tokenward [--socket PATH] COMMAND [OPTION]... [[IDENTITY/]SCOPE]\n\n"
                               "Fresh cloud tokens from the Tokenward daemon of this machine.\n\n");
    for (int i = 0; i < command_count; ++i)
        tw_buffer_append_format(out, "  %-11s %s\n", commands[i].name, commands[i].summary);
    tw_buffer_append_text(out,
                          "\n`tokenward COMMAND --help` explains a command; --version prints the version.\n"
                          "The socket: --socket, $TOKENWARD_SOCKET, tokenward/tokenward.sock in\n"
                          "$XDG_RUNTIME_DIR if it exists, /run/tokenward/tokenward.sock.\n\n"
                          "Exit status: 0 done, 1 output not written, 2 wrong request, 3 denied, 4 no such\n"
                          "identity, scope, project or domain, 5 MFA code needed, 6 the IAM refuses the\n"
                          "credential, 7 not now: try later (IAM or daemon not there, time is over),\n"
                          "8 the IAM makes no sense, 9 an error of Tokenward's own.\n\n"
                          "Example: tokenward get -o header ci/eu-de | curl -H @- https://ecs.example/\n");
}

/// What must hold before the first byte of a token is read.
static void prepare_process(void) {
    signal(SIGPIPE, SIG_IGN);           // a closed standard output is an exit status, not a death
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no token in a core dump, and no debugger of other processes
    // A socket that took the number of a closed standard stream would be written to in its place.
    for (int fd = 0; fd <= 2; ++fd)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(exit_broken);
}

/// The options before the command; those that end the run return its exit status, else -1.
static int read_global_options(struct cli* cli) {
    static const struct option options[] = {{"version", no_argument, NULL, 'V'}, COMMON_OPTIONS};
    struct tw_buffer out = {0};
    for (int option; (option = getopt_long(cli->argc, cli->argv, "+:hV", options, NULL)) != -1;) {
        switch (option) {
        case 's': cli->socket = optarg; break;
        case 'V': tw_buffer_append_format(&out, "tokenward %s\n", tokenward_version()); return emit(&out);
        case 'h': append_help(&out); return emit(&out);
        case ':': usage_error(cli, "%s needs a value", cli->argv[optind - 1]);
        default: usage_error(cli, "no such option: %s", cli->argv[optind - 1]);
        }
    }
    return -1;
}

static const struct command* find_command(const char* name) {
    for (int i = 0; i < command_count; ++i)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

int main(int argc, char** argv) {
    prepare_process();
    struct cli cli = {.argc = argc, .argv = argv};
    opterr = 0;
    int status = read_global_options(&cli);
    if (status >= 0) return status;
    if (optind >= argc) usage_error(&cli, "which command?");
    cli.command = find_command(argv[optind]);
    if (cli.command == NULL) usage_error(&cli, "no such command: %s", argv[optind]);
    cli.argc = argc - optind;
    cli.argv = argv + optind;
    optind = 0; // glibc: begin anew, with other options
    status = cli.command->run(&cli);
    tokenward_close(cli.client);
    tw_arena_free(&cli.arena);
    return status;
}
