// Writes answers to standard output and messages to standard error.
#include "client/bytes/utf8.h"
#include "client/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void occupy_closed_streams(void) {
    for (int fd = 0; fd <= 2; ++fd)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC) < 0)
            _exit(exit_broken);
}

bool write_all(int fd, const char* bytes, size_t size) {
    while (size != 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

int emit_on(struct tw_buffer* out) {
    bool complete = !out->failed && write_all(STDOUT_FILENO, out->bytes, out->size);
    // A reader that has closed the pipe, such as `head`, needs no message.
    if (!complete && errno != EPIPE)
        say("cannot write to the standard output: %s", strerror(out->failed ? ENOMEM : errno));
    tw_buffer_clear(out);
    return complete ? exit_done : exit_no_output;
}

int emit(struct tw_buffer* out) {
    int status = emit_on(out);
    tw_buffer_free(out);
    return status;
}

/// U+061C, U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF: they end a line or change its
/// direction.
static bool is_misleading(const char* text, size_t length) {
    const unsigned char* at = (const unsigned char*)text;
    if (length == 2) return at[0] == 0xd8 && at[1] == 0x9c;
    if (length != 3) return false;
    if (at[0] == 0xef) return at[1] == 0xbb && at[2] == 0xbf;
    if (at[0] != 0xe2) return false;
    if (at[1] == 0x80) return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
    return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9;
}

void append_clean(struct tw_buffer* out, const char* text) {
    for (const char* end = text + strlen(text); text != end;) {
        size_t length = tw_utf8_length(text, end);
        unsigned char first = (unsigned char)text[0];
        bool c1 = length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0; // U+0080 to U+009F
        bool harmful = length == 0 || first < 0x20 || first == 0x7f || c1 || is_misleading(text, length);
        tw_buffer_append(out, harmful ? "?" : text, harmful ? 1 : length);
        text += length != 0 ? length : 1;
    }
}

void say(const char* format, ...) {
    struct tw_buffer line = {0};
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tw_buffer_append_text(&line, "tokenward: ");
    append_clean(&line, text);
    tw_buffer_append_text(&line, "\n");
    if (!line.failed) write_all(STDERR_FILENO, line.bytes, line.size);
    tw_buffer_free(&line);
}
