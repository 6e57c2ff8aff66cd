// tokenward request: executes the helper that is linked with libcurl.
#include "client/cli/cli.h"
#include "client/cli/request_help.h"

#include <string.h>

const char request_help[] = TOKENWARD_REQUEST_HELP;

/// Whether the command line asks for help before its operands.
static bool wants_help(const struct cli* cli) {
    const char* first = cli->argc > 1 ? cli->argv[1] : "";
    return strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0;
}

int run_request(struct cli* cli) {
    if (wants_help(cli)) {
        struct tw_buffer out = {0};
        tw_buffer_append_text(&out, request_help);
        return emit(&out);
    }
    if (cli->socket == NULL) return run_helper("tokenward-request", cli->argv);
    char** argv = tw_arena_take(&cli->arena, ((size_t)cli->argc + 3) * sizeof *argv);
    if (argv == NULL) {
        say("memory ran out");
        return exit_broken;
    }
    argv[0] = cli->argv[0];
    static char option[] = "--socket";
    argv[1] = option;
    argv[2] = tw_arena_copy(&cli->arena, cli->socket, strlen(cli->socket));
    memcpy(argv + 3, cli->argv + 1, ((size_t)cli->argc - 1) * sizeof *argv);
    return run_helper("tokenward-request", argv);
}
