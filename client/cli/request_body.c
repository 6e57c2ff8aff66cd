// The body of a request: text, a file, or the standard input.
#include "client/cli/request.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/// The standard input can be read only once, so it is copied to memory, up to this size. Files are not
/// copied.
enum { most_of_input = 64 << 20 };

static int make_memory(struct cli* cli) {
    int fd = memfd_create("tokenward-request", MFD_CLOEXEC);
    if (fd < 0) usage_error(cli, "cannot keep the body: %s", strerror(errno));
    return fd;
}

static void keep_text(struct cli* cli, const char* text, struct service_call* call) {
    size_t size = strlen(text);
    call->body_fd = make_memory(cli);
    call->body_size = (curl_off_t)size;
    if (size != 0 && write(call->body_fd, text, size) != (ssize_t)size)
        usage_error(cli, "cannot keep the body: %s", strerror(errno));
}

static void keep_input(struct cli* cli, int from, const char* name, struct service_call* call) {
    char bytes[65536];
    call->body_fd = make_memory(cli);
    for (;;) {
        ssize_t count = read(from, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) usage_error(cli, "cannot read %s: %s", name, strerror(errno));
        if (count == 0) return;
        call->body_size += count;
        if (call->body_size > most_of_input)
            usage_error(cli, "%s has more than 64 MiB: put it into a file and name that", name);
        if (write(call->body_fd, bytes, (size_t)count) != count)
            usage_error(cli, "cannot keep the body: %s", strerror(errno));
    }
}

void take_body(struct cli* cli, const char* value, struct service_call* call) {
    if (call->body_fd >= 0) usage_error(cli, "--data once only");
    call->body_size = 0;
    if (*value != '@') {
        keep_text(cli, value, call);
        return;
    }
    const char* name = value + 1;
    if (strcmp(name, "-") == 0) {
        keep_input(cli, STDIN_FILENO, "the standard input", call);
        return;
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) usage_error(cli, "cannot read %s: %s", name, strerror(errno));
    if (S_ISREG(about.st_mode)) {
        call->body_fd = fd;
        call->body_size = about.st_size;
        return;
    }
    keep_input(cli, fd, name, call);
    close(fd);
}
