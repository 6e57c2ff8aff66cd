// tokenward status: what the daemon holds.
#include "client/cli/status.h"

#include <unistd.h>

const char status_help[] =
    "Usage: tokenward status [OPTION]...\n"
    "\n"
    "Shows every scope that you may use: its state, how long its token is valid, when\n"
    "it is renewed or tried again, and the last error; whether a password expires\n"
    "within two weeks; and, if you manage the identity, warnings about its rules.\n"
    "  valid     a token is served              waiting   no token: none asked for\n"
    "  renewing  served; a new one is fetched   failed    no token; next try as shown\n"
    "  stale     served, renewal is failing     rejected  the credential was refused\n"
    "  fetching  the first one is fetched       passcode  a person's MFA code is\n"
    "                                                     needed: tokenward login\n"
    "\n"
    "  -o, --output FORM  table (default) or json\n"
    "  -w, --watch        refresh it in place until Ctrl-C, at a terminal\n"
    "      --socket PATH  the daemon's socket\n"
    "\n"
    "Example: tokenward status -w\n";

int run_status(struct cli* cli) {
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"watch", no_argument, NULL, 'w'}, COMMON_OPTIONS};
    static const char* const forms[] = {"table", "json", NULL};
    bool json = false, watch = false;
    for (int option; (option = next_option(cli, ":o:wh", options)) != -1;) {
        if (option == 'o') json = option_choice(cli, "--output", forms) == 1;
        if (option == 'w') watch = true;
    }
    end_options(cli, 0);
    if (watch && (json || !isatty(STDOUT_FILENO)))
        usage_error(cli, "--watch draws on a terminal; for programs there is `tokenward watch`");
    if (watch) return watch_status(cli);
    struct status_list list;
    struct tw_buffer out = {0};
    int status = fetch_status(cli, &list, json ? &out : NULL);
    if (status != exit_done) return status;
    if (!json) append_status(&out, &list);
    if (!json && list.identities == NULL) say("there is no identity that you may use");
    return emit(&out);
}
