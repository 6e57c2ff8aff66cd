// See json_text.h.
#include "client/json_text.h"

#include "client/utf8.h"

#include <stdio.h>
#include <string.h>

/// The character at `at` (`length` bytes, 0 if it is none) as it stands in a JSON string; returns its size.
static size_t escaped(const char* at, size_t length, char out[8]) {
    if (length == 0) return tw_utf8_encode(0xfffd, out);
    if (*at == '"' || *at == '\\') {
        out[0] = '\\';
        out[1] = *at;
        return 2;
    }
    if ((unsigned char)*at < 0x20) return (size_t)snprintf(out, 8, "\\u%04x", (unsigned)(unsigned char)*at);
    memcpy(out, at, length);
    return length;
}

void tw_json_append_string(struct tw_buffer* out, const void* bytes, size_t size, size_t limit) {
    tw_buffer_append(out, "\"", 1);
    const char* at = bytes;
    size_t written = 0;
    for (size_t left = size; left != 0;) {
        char form[8];
        size_t length = tw_utf8_length(at, at + left);
        size_t form_size = escaped(at, length, form);
        if (written + form_size > limit) break;
        tw_buffer_append(out, form, form_size);
        written += form_size;
        at += length != 0 ? length : 1;
        left -= length != 0 ? length : 1;
    }
    tw_buffer_append(out, "\"", 1);
}
