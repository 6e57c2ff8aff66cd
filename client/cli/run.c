// tokenward run: executes another command with a token in its environment.
#include "client/cli/environment.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char run_help[] = "Usage: tokenward run [OPTION]... [IDENTITY/]SCOPE -- COMMAND [ARGUMENT]...\n"
                        "\n"
                        "Executes COMMAND with a token in its environment: OS_TOKEN, OS_AUTH_TYPE,\n"
                        "OS_AUTH_URL, OS_PROJECT_ID... as openstack, nova, glance, cinder, neutron,\n"
                        "swift and Terraform read it; tokenward(1) has a table.\n"
                        "Variables that contradict the token (OS_PASSWORD, OS_CLOUD...) are removed.\n"
                        "For curl, $TOKENWARD_HEADER_FILE has the header X-Auth-Token; it is not on disk.\n"
                        "$TOKENWARD_FINGERPRINT is the token's fingerprint for `tokenward report`.\n"
                        "\n"
                        "      --min-ttl S    valid for at least S more seconds, else a new one\n"
                        "      --max-wait S   give up after S seconds (default 30)\n"
                        "      --socket PATH  the daemon's socket; COMMAND gets it as TOKENWARD_SOCKET\n"
                        "\n"
                        "The token is not renewed while COMMAND runs. Programs of the same user can read\n"
                        "its environment.\n"
                        "\n"
                        "Exit status: COMMAND's; 125 no usable token, 126 can't be run, 127 not found.\n"
                        "\n"
                        "Example: tokenward run ci/eu-de -- openstack server list\n"
                        "         tokenward run ci/eu-de -- sh -c \\\n"
                        "             'curl -H @\"$TOKENWARD_HEADER_FILE\" https://ecs.example/'\n";

/// The exit statuses of env(1).
enum { exit_no_token = 125, exit_cannot_run = 126, exit_not_found = 127 };

/// `NAME=VALUE` in the run's arena; NULL: no memory.
static char* make_entry(struct cli* cli, const char* name, const char* value) {
    size_t size = strlen(name) + strlen(value) + 2;
    char* entry = tw_arena_take(&cli->arena, size);
    if (entry != NULL) snprintf(entry, size, "%s=%s", name, value);
    return entry;
}

/// Makes a file in memory with the header, which the command inherits: curl reads headers from files but not
/// from variables, and everybody can see its arguments. Returns its path, or NULL with errno.
static const char* make_header_file(struct cli* cli, const tokenward_token* token) {
    static const char field[] = "X-Auth-Token: ";
    int fd = memfd_create("tokenward-header", MFD_ALLOW_SEALING);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool written = fd >= 0 && write(fd, field, sizeof field - 1) == (ssize_t)sizeof field - 1 &&
                   write(fd, token->token, token->token_size) == (ssize_t)token->token_size &&
                   write(fd, "\n", 1) == 1 && fchmod(fd, S_IRUSR) == 0;
    return written ? tw_arena_copy(&cli->arena, path, strlen(path)) : NULL;
}

/// The command's environment; NULL: no memory.
static char** make_environment(struct cli* cli, const struct os_variable* added) {
    size_t count = 0;
    while (environ[count] != NULL) ++count;
    char** made = tw_arena_take(&cli->arena, (count + os_variables_size + 4) * sizeof *made);
    if (made == NULL) return NULL;
    char** end = made;
    for (char** entry = environ; *entry != NULL; ++entry) {
        bool other_socket = cli->socket != NULL && strncmp(*entry, "TOKENWARD_SOCKET=", 17) == 0;
        if (!contradicts_token(*entry) && !other_socket) *end++ = *entry;
    }
    for (; added->name != NULL; ++added)
        if ((*end++ = make_entry(cli, added->name, added->value)) == NULL) return NULL;
    return made;
}

/// Returns the exit status of a failure; on success it does not return.
static int become(struct cli* cli, const tokenward_token* token, char** command) {
    struct os_variable added[os_variables_size + 4];
    if (describe_environment(cli, token, command, added) != exit_done) return exit_no_token;
    struct os_variable* end = added;
    while (end->name != NULL) ++end;
    const char* header_file = make_header_file(cli, token);
    if (header_file != NULL) *end++ = (struct os_variable){"TOKENWARD_HEADER_FILE", header_file};
    *end++ = (struct os_variable){"TOKENWARD_FINGERPRINT", token->fingerprint};
    if (cli->socket != NULL) *end++ = (struct os_variable){"TOKENWARD_SOCKET", cli->socket};
    *end = (struct os_variable){NULL, NULL};
    char** environment = make_environment(cli, added);
    if (environment == NULL) {
        say("memory ran out");
        return exit_no_token;
    }
    if (!cli->ignored_sigpipe) signal(SIGPIPE, SIG_DFL); // only this program ignores it
    execvpe(command[0], command, environment);
    say("can't run %s: %s", command[0], strerror(errno));
    return errno == ENOENT ? exit_not_found : exit_cannot_run;
}

int run_run(struct cli* cli) {
    static const struct option options[] = {{"min-ttl", required_argument, NULL, 'm'},
                                            {"max-wait", required_argument, NULL, 'w'},
                                            COMMON_OPTIONS};
    tokenward_get_options how = TOKENWARD_GET_OPTIONS_INIT;
    for (int option; (option = next_option(cli, "+:h", options)) != -1;) {
        if (option == 'm') how.min_ttl = option_number(cli, "--min-ttl", 0, 999999999);
        if (option == 'w') how.max_wait = option_number(cli, "--max-wait", 0, 999999);
    }
    if (optind >= cli->argc || strcmp(cli->argv[optind - 1], "--") == 0)
        usage_error(cli, "which one? [IDENTITY/]SCOPE is missing");
    const char* target = cli->argv[optind++];
    if (optind < cli->argc && strcmp(cli->argv[optind], "--") == 0) ++optind;
    if (optind >= cli->argc) usage_error(cli, "which command? It comes after %s --", target);
    open_handle(cli);
    if (take_target(cli, target) != exit_done) return exit_no_token;
    tokenward_token* token = NULL;
    if (tokenward_get(cli->client, cli->identity, cli->scope, &how, &token) != tokenward_ok) {
        complain(cli);
        return exit_no_token;
    }
    int status = become(cli, token, cli->argv + optind);
    tokenward_token_free(token);
    return status;
}
