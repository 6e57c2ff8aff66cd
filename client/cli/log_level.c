// tokenward log-level: sets how much the daemon logs.
#include "client/cli/cli.h"

#include <stdio.h>
#include <string.h>

const char log_level_help[] =
    "Usage: tokenward log-level [OPTION]... LEVEL\n"
    "\n"
    "Sets how much the daemon logs until it is restarted: debug, info, warning or\n"
    "error. No level shows a secret. Only the daemon's own user and root may do this.\n"
    "\n"
    "      --socket PATH  the daemon's socket\n"
    "\n"
    "Example: tokenward log-level debug\n";

int run_log_level(struct cli* cli) {
    static const struct option options[] = {COMMON_OPTIONS};
    static const char* const levels[] = {"debug", "info", "warning", "error", NULL};
    next_option(cli, ":h", options);
    if (optind + 1 < cli->argc) usage_error(cli, "one LEVEL only; \"%s\" is too many", cli->argv[optind + 1]);
    if (optind >= cli->argc) usage_error(cli, "which LEVEL? debug, info, warning or error");
    optarg = cli->argv[optind];
    const char* level = levels[option_choice(cli, "LEVEL", levels)];
    open_handle(cli);
    char body[64];
    snprintf(body, sizeof body, "{\"level\":\"%s\"}", level);
    const struct api_request request = {"POST", "/v1/log-level", body, known_at_once_ms};
    int error = ask_daemon(cli, &request, NULL);
    if (error == tokenward_error_denied)
        return complain_with(cli, NULL); // the usual advice is about identities
    return error == tokenward_ok ? exit_done : complain(cli);
}
