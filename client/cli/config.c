// tokenward config: hands over to the helpers that understand YAML.
#include "client/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char config_help[] = "Usage: tokenward config import [OPTION]... [CLOUD]\n\n"
                           "Prints a cloud of clouds.yaml as a stanza for tokenward.yaml, and moves its\n"
                           "secrets into files of mode 0600.\n\n"
                           "`tokenward config import --help` says more.\n\n"
                           "Example: tokenward config import otc > tokenward.yaml\n";

/// Runs FOLDER/NAME in the place of this process. Returns when that can't be, with errno.
static void become(const char* folder, const char* name, char** argv) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return;
    }
    execv(path, argv);
}

/// The folder of this program; false if it isn't known.
static bool own_folder(char* path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    char* end = strrchr(path, '/');
    if (end == NULL) return false;
    *end = '\0';
    return true;
}

/// A helper beside this program is of the same build, as in a build folder: it goes before an installed one.
static int run_helper(const char* name, char** argv) {
    const char* chosen = getenv("TOKENWARD_LIBEXEC");
    if (chosen != NULL && *chosen != '\0') {
        become(chosen, name, argv);
    } else {
        char folder[4096];
        if (own_folder(folder, sizeof folder)) become(folder, name, argv);
        become(TOKENWARD_LIBEXEC_FOLDER, name, argv);
    }
    say("can't run %s of %s: %s", name, chosen != NULL && *chosen != '\0' ? chosen : TOKENWARD_LIBEXEC_FOLDER,
        strerror(errno));
    return exit_broken;
}

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
