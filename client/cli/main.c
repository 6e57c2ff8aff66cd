// The command `tokenward`: its list of commands, and main().
#include "client/cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static const struct command commands[] = {
    {.name = "get", .summary = "print a token", .help = get_help, .run = run_get},
    {.name = "run",
     .summary = "run a command with a token",
     .help = run_help,
     .run = run_run,
     .usage_status = 125},
    {.name = "request", .summary = "call a service, as curl", .help = request_help, .run = run_request},
    {.name = "endpoint", .summary = "print the URL of a service", .help = endpoint_help, .run = run_endpoint},
    {.name = "watch", .summary = "print a line per change", .help = watch_help, .run = run_watch},
    {.name = "status", .summary = "show the state of scopes", .help = status_help, .run = run_status},
    {.name = "identities",
     .summary = "list what you may use",
     .help = identities_help,
     .run = run_identities},
    {.name = "explain", .summary = "show which rule applies", .help = explain_help, .run = run_explain},
    {.name = "report", .summary = "report a refused token", .help = report_help, .run = run_report},
    {.name = "invalidate", .summary = "drop a token", .help = invalidate_help, .run = run_invalidate},
    {.name = "renew", .summary = "fetch a new token", .help = renew_help, .run = run_renew},
    {.name = "login", .summary = "give a person's MFA code", .help = login_help, .run = run_login},
    {.name = "health", .summary = "answer probes", .help = health_help, .run = run_health},
    {.name = "log-level", .summary = "set how much is logged", .help = log_level_help, .run = run_log_level},
    {.name = "config", .summary = "import from clouds.yaml", .help = config_help, .run = run_config},
    {.name = "names", .summary = "", .help = names_help, .run = run_names, .hidden = true},
};
enum { command_count = sizeof commands / sizeof *commands };

static void append_help(struct tw_buffer* out) {
    tw_buffer_append_text(out, "Usage: tokenward [--socket PATH] COMMAND [OPTION]... [[IDENTITY/]SCOPE]\n\n"
                               "Fresh cloud tokens from the Tokenward daemon of this machine.\n\n");
    enum { visible = command_count - 1, rows = (visible + 1) / 2 };
    for (int row = 0; row < rows; ++row) { // in two columns
        const struct command* left = &commands[row];
        tw_buffer_append_format(out, "  %-10s %-27s", left->name, left->summary);
        if (row + rows < visible)
            tw_buffer_append_format(out, "%-10s %s", left[rows].name, left[rows].summary);
        tw_buffer_append_text(out, "\n");
    }
    tw_buffer_append_text(out,
                          "\n`tokenward COMMAND --help` explains a command; --version prints the version.\n"
                          "The socket: --socket, $TOKENWARD_SOCKET, tokenward/tokenward.sock in\n"
                          "$XDG_RUNTIME_DIR if it exists, /run/tokenward/tokenward.sock.\n\n"
                          "Exit status: 0 done, 1 output not written, 2 wrong request, 3 denied, 4 no such\n"
                          "identity, scope, project or domain, 5 MFA code needed, 6 the IAM refuses the\n"
                          "credential, 7 try later (IAM or daemon unavailable, deadline passed),\n"
                          "8 the IAM's answer can't be understood, 9 an internal error.\n\n"
                          "Example: tokenward get -o header ci/eu-de | curl -H @- https://ecs.example/\n");
}

/// Protects the process before it holds a token.
static void prepare_process(struct cli* cli) {
    // Writing to a closed pipe is an error with an exit status, and does not kill the process.
    cli->ignored_sigpipe = signal(SIGPIPE, SIG_IGN) == SIG_IGN;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no token in a core dump, and no debugger of other processes
    occupy_closed_streams();
}

/// Reads the options before the command. Returns the exit status if one of them ends the run, else -1.
static int read_global_options(struct cli* cli) {
    static const struct option options[] = {{"version", no_argument, NULL, 'V'}, COMMON_OPTIONS};
    struct tw_buffer out = {0};
    for (int option; (option = getopt_long(cli->argc, cli->argv, "+:hV", options, NULL)) != -1;) {
        switch (option) {
        case option_socket: cli->socket = optarg; break;
        case 'V': tw_buffer_append_format(&out, "tokenward %s\n", tokenward_version()); return emit(&out);
        case 'h': append_help(&out); return emit(&out);
        case ':': usage_error(cli, "%s needs a value", cli->argv[optind - 1]);
        default: usage_error(cli, "no such option: %s", wrong_option(cli, (char[3]){0}));
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
    struct cli cli = {.argc = argc, .argv = argv};
    prepare_process(&cli);
    opterr = 0;
    int status = read_global_options(&cli);
    if (status >= 0) return status;
    if (optind >= argc) usage_error(&cli, "which command?");
    cli.command = find_command(argv[optind]);
    if (cli.command == NULL) usage_error(&cli, "no such command: %s", argv[optind]);
    cli.argc = argc - optind;
    cli.argv = argv + optind;
    optind = 0; // glibc: start again with other options
    status = cli.command->run(&cli);
    tokenward_close(cli.client);
    tw_arena_free(&cli.arena);
    return status;
}
