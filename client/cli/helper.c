// Executes the helper programs (libexec), which have the larger dependencies.
#include "client/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Executes FOLDER/NAME in place of this program. Returns only if it can't, with errno.
static void become(const char* folder, const char* name, char** argv) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return;
    }
    execv(path, argv);
}

/// The folder of this program; false if it is not known.
static bool own_folder(char* path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    char* end = strrchr(path, '/');
    if (end == NULL) return false;
    *end = '\0';
    return true;
}

// A helper beside this program, as in a build folder, is of the same build, so it comes before an installed
// one.
int run_helper(const char* name, char** argv) {
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
