// A connection to the daemon's socket, and the clocks of deadlines. Nothing waits longer than its deadline.
#ifndef TOKENWARD_CLIENT_CONNECTION_CONNECTION_H
#define TOKENWARD_CLIENT_CONNECTION_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A point in time: milliseconds of CLOCK_MONOTONIC.
typedef int64_t tw_instant;

tw_instant tw_now(void);

/// Now and `milliseconds` more.
tw_instant tw_deadline_in(int milliseconds);

/// The functions below that return an int return 0 or a number of errno: ETIMEDOUT after the deadline,
/// ECONNRESET or EPIPE if the other side has closed. None raises SIGPIPE.

/// Now on CLOCK_BOOTTIME, in milliseconds. It also counts while the machine is suspended, as the life of a
/// token does.
tw_instant tw_boot_time(void);

/// Waits until the socket is ready for `events` of poll(2), if any, or until `when`; returns 0 in both cases.
int tw_wait(int fd, short events, tw_instant when);

/// Connects to the Unix socket at `path`; on success the caller closes `*fd`. With 0 as deadline it does not
/// wait: EAGAIN means that the daemon's backlog is full, for which poll(2) can't wait.
int tw_connect(const char* path, tw_instant deadline, int* fd);

/// Whether an idle connection can be used: it is still open, and nothing has arrived on it.
bool tw_is_quiet(int fd);

/// Sends what can be sent without waiting, `*sent` bytes. EAGAIN: none.
int tw_send_some(int fd, const char* bytes, size_t size, size_t* sent);

/// Receives what is there, `*received` bytes: at least one, at most `size`. EAGAIN: none.
int tw_receive_some(int fd, char* bytes, size_t size, size_t* received);

#endif
