/* Where the daemon's socket is, unless somebody says otherwise; shared by the daemon and its clients. */
#ifndef TOKENWARD_COMMON_SOCKET_PATH_H
#define TOKENWARD_COMMON_SOCKET_PATH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOKENWARD_SYSTEM_SOCKET "/run/tokenward/tokenward.sock"

/* Writes the path of the socket to `path` (`size` bytes): `given` if it is neither NULL nor empty, else
 * $TOKENWARD_SOCKET, else $XDG_RUNTIME_DIR/tokenward/tokenward.sock if that exists, else
 * TOKENWARD_SYSTEM_SOCKET. Returns 0, or -1 if it does not fit (a Unix socket's path has 107 bytes at most).
 */
int tokenward_socket_path(const char* given, char* path, size_t size);

#ifdef __cplusplus
}
#endif
#endif
