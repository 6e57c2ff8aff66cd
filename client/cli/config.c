// tokenward config: executes the helper that reads YAML.
#include "client/cli/cli.h"

#include <string.h>

const char config_help[] = "Usage: tokenward config import [OPTION]... [CLOUD]\n\n"
                           "Prints a cloud of clouds.yaml as a stanza for tokenward.yaml, and moves its\n"
                           "secrets into files of mode 0600.\n\n"
                           "`tokenward config import --help` says more.\n\n"
                           "Example: tokenward config import otc > tokenward.yaml\n";

int run_config(struct cli* cli) {
    const char* what = cli->argc > 1 ? cli->argv[1] : "";
    if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0) {
        struct tw_buffer out = {0};
        tw_buffer_append_text(&out, config_help);
        return emit(&out);
    }
    if (*what == '\0') usage_error(cli, "config what? There is `import`");
    if (strcmp(what, "import") != 0) usage_error(cli, "no such command: config %s", what);
    return run_helper("tokenward-config-import", cli->argv + 1);
}
