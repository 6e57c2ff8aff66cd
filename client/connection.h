// One stream to the daemon's socket, every step of it under a deadline.
#ifndef TOKENWARD_CLIENT_CONNECTION_H
#define TOKENWARD_CLIENT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A point in time: milliseconds of CLOCK_MONOTONIC.
typedef int64_t tw_instant;

/// Now and `milliseconds` more.
tw_instant tw_deadline_in(int milliseconds);

/// The functions below return 0 or a number of errno: ETIMEDOUT when the deadline is over, ECONNRESET or
/// EPIPE when the other side is gone. None raises SIGPIPE.

/// Connects to the Unix socket at `path`; on success `*fd` is the caller's to close.
int tw_connect(const char* path, tw_instant deadline, int* fd);

/// Whether a connection that should be quiet is so: still open, and nothing unasked for has come.
bool tw_is_quiet(int fd);

/// Sends all of it.
int tw_send(int fd, const char* bytes, size_t size, tw_instant deadline);

/// Receives at least one byte, `size` at the most; `*received` says how many.
int tw_receive(int fd, char* bytes, size_t size, tw_instant deadline, size_t* received);

#endif
