/* The places where the socket may be, in their order. */
#include "common/socket_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fits(int written, size_t size) {
    return written >= 0 && (size_t)written < size ? 0 : -1;
}

int tokenward_socket_path(const char* given, char* path, size_t size) {
    if (given == NULL || given[0] == '\0') given = getenv("TOKENWARD_SOCKET");
    if (given != NULL && given[0] != '\0') return fits(snprintf(path, size, "%s", given), size);
    const char* runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && runtime[0] == '/') {
        int status = fits(snprintf(path, size, "%s/tokenward/tokenward.sock", runtime), size);
        if (status == 0 && access(path, F_OK) == 0) return 0;
    }
    return fits(snprintf(path, size, "%s", TOKENWARD_SYSTEM_SOCKET), size);
}
