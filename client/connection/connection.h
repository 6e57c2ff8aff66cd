// One stream to the daemon's socket, every step of it under a deadline.
#ifndef TOKENWARD_CLIENT_CONNECTION_CONNECTION_H
#define TOKENWARD_CLIENT_CONNECTION_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A point in time: milliseconds of CLOCK_MONOTONIC.
typedef int64_t tw_instant;

/// Now and `milliseconds` more.
tw_instant tw_deadline_in(int milliseconds);

/// The functions below that return an int return 0 or a number of errno: ETIMEDOUT when the deadline is over,
/// ECONNRESET or EPIPE when the other side is gone. None raises SIGPIPE.

/// Now on CLOCK_BOOTTIME, which counts while the machine sleeps: how long a token lives.
tw_instant tw_boot_time(void);

/// Waits until the socket is ready for `events` of poll(2), if there are any, or until `when`. Returns 0 then
/// too.
int tw_wait(int fd, short events, tw_instant when);

/// Connects to the Unix socket at `path`; on success `*fd` is the caller's to close. With 0 as deadline it
/// doesn't wait: EAGAIN means that the daemon is too busy to accept, for which one can't poll.
int tw_connect(const char* path, tw_instant deadline, int* fd);

/// Whether a connection that should be quiet is so: still open, and nothing unasked for has come.
bool tw_is_quiet(int fd);

/// Sends what goes out at once; `*sent` says how many bytes. EAGAIN: none.
int tw_send_some(int fd, const char* bytes, size_t size, size_t* sent);

/// Receives what is there, at least one byte, `size` at the most; `*received` says how many. EAGAIN: none.
int tw_receive_some(int fd, char* bytes, size_t size, size_t* received);

#endif
