// One connection to a Unix socket, and the clocks that deadlines are counted on.
#include "client/connection/connection.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static tw_instant read_clock(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now); // both clocks always exist
    return (tw_instant)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

tw_instant tw_now(void) {
    return read_clock(CLOCK_MONOTONIC);
}

tw_instant tw_deadline_in(int milliseconds) {
    return tw_now() + milliseconds;
}

tw_instant tw_boot_time(void) {
    return read_clock(CLOCK_BOOTTIME);
}

/// Milliseconds left until the deadline; 0 after it.
static int remaining(tw_instant deadline) {
    tw_instant left = deadline - tw_now();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/// Blocks, with SO_SNDTIMEO: a non-blocking connect to a full backlog fails with EAGAIN, and can't be waited
/// for.
static int connect_until(int fd, const struct sockaddr_un* address, tw_instant deadline) {
    for (;;) {
        int left = remaining(deadline);
        if (left == 0) return ETIMEDOUT; // a timeout of 0 would mean none
        struct timeval timeout = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000L};
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0) return errno;
        if (connect(fd, (const struct sockaddr*)address, sizeof *address) == 0) return 0;
        if (errno == EAGAIN) return ETIMEDOUT;
        if (errno != EINTR) return errno;
    }
}

static int connect_now(int fd, const struct sockaddr_un* address) {
    return connect(fd, (const struct sockaddr*)address, sizeof *address) == 0 ? 0 : errno;
}

int tw_connect(const char* path, tw_instant deadline, int* fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    int candidate = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (deadline == 0 ? SOCK_NONBLOCK : 0), 0);
    if (candidate < 0) return errno;
    int error =
        deadline == 0 ? connect_now(candidate, &address) : connect_until(candidate, &address, deadline);
    if (error != 0)
        close(candidate);
    else
        *fd = candidate;
    return error;
}

bool tw_is_quiet(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

int tw_wait(int fd, short events, tw_instant when) {
    struct pollfd entry = {.fd = events != 0 ? fd : -1, .events = events};
    for (;;) {
        int left = remaining(when);
        if (left == 0) return 0;
        int ready = poll(&entry, 1, left);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return errno;
    }
}

int tw_send_some(int fd, const char* bytes, size_t size, size_t* sent) {
    for (;;) {
        ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            *sent = (size_t)count;
            return 0;
        }
        if (errno != EINTR) return errno;
    }
}

int tw_receive_some(int fd, char* bytes, size_t size, size_t* received) {
    for (;;) {
        ssize_t count = recv(fd, bytes, size, MSG_DONTWAIT);
        if (count == 0) return ECONNRESET;
        if (count > 0) {
            *received = (size_t)count;
            return 0;
        }
        if (errno != EINTR) return errno;
    }
}
