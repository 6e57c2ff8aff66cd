// tokenward endpoint: the URL of a service, from the catalog of a scope.
#include "client/cli/cli.h"

#include <string.h>

const char endpoint_help[] =
    "Usage: tokenward endpoint [OPTION]... [IDENTITY/]SCOPE SERVICE\n"
    "\n"
    "Prints the URL of a service from the scope's catalog. SERVICE is a type or name,\n"
    "such as compute, object-store or nova.\n"
    "\n"
    "  -i, --interface NAME  public, internal or admin (default: the identity's)\n"
    "  -r, --region NAME     the region; without one, the identity's, else any\n"
    "      --socket PATH     the daemon's socket\n"
    "\n"
    "Exit status: 4 there is no such service in the catalog, or no such scope;\n"
    "`tokenward --help` has them all.\n"
    "\n"
    "Example: tokenward endpoint ci/eu-de compute\n";

int run_endpoint(struct cli* cli) {
    static const struct option options[] = {{"interface", required_argument, NULL, 'i'},
                                            {"region", required_argument, NULL, 'r'},
                                            COMMON_OPTIONS};
    const char* interface = NULL;
    const char* region = NULL;
    for (int option; (option = next_option(cli, ":i:r:h", options)) != -1;) {
        if (option == 'i') interface = optarg;
        if (option == 'r') region = optarg;
    }
    int given = cli->argc - optind;
    if (given == 0) usage_error(cli, "which one? [IDENTITY/]SCOPE is missing");
    if (given == 1)
        usage_error(cli, "which service of %s? SERVICE is missing, as in compute", cli->argv[optind]);
    if (given > 2) usage_error(cli, "one service only; \"%s\" is too many", cli->argv[optind + 2]);
    const char* service = cli->argv[optind + 1];
    if (*service == '\0') usage_error(cli, "SERVICE is empty");
    open_handle(cli);
    int status = take_target(cli, cli->argv[optind]);
    if (status != exit_done) return status;
    char* url = NULL;
    int error =
        tokenward_endpoint(cli->client, cli->identity, cli->scope, service, interface, region, 0, &url);
    if (error == tokenward_error_no_such_resource)
        return complain_with(cli,
                             "SERVICE is a type or a name in the catalog; look at --interface and --region");
    if (error != tokenward_ok) return complain(cli);
    struct tw_buffer out = {0};
    append_clean(&out, url);
    tw_buffer_append_text(&out, "\n");
    tokenward_free_text(url);
    return emit(&out);
}
