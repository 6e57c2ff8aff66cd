// JSON strings: reading and writing.
#include "client/bytes/json_string.h"

#include "client/bytes/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// A string that is being read.
struct source {
    const char* at;
    const char* end;
    struct tw_buffer* scratch;
};

static bool read_hex4(struct source* s, uint32_t* code) {
    if (s->end - s->at < 4) return false;
    *code = 0;
    for (int i = 0; i < 4; ++i) {
        char c = *s->at++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

/// What follows "\u": one code unit, or a surrogate pair.
static bool read_unicode_escape(struct source* s) {
    uint32_t code = 0;
    if (!read_hex4(s, &code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
        uint32_t low = 0;
        if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u') return false;
        s->at += 2;
        if (!read_hex4(s, &low) || low < 0xdc00 || low > 0xdfff) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    char bytes[4];
    tw_buffer_append(s->scratch, bytes, tw_utf8_encode(code, bytes));
    return true;
}

/// An escape, from its backslash on.
static bool read_escape(struct source* s) {
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (s->end - s->at < 2) return false;
    char c = s->at[1];
    s->at += 2;
    if (c == 'u') return read_unicode_escape(s);
    const char* found = memchr(names, c, sizeof names - 1);
    if (found == NULL) return false;
    tw_buffer_append(s->scratch, &meanings[found - names], 1);
    return true;
}

/// An ASCII character that stands for itself in a string.
static bool is_plain_ascii(char c) {
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/// Moves to the next quote or backslash. False: the input ends first, or a string may not contain it.
static bool skip_plain(struct source* s) {
    for (;;) {
        const char* at = s->at;
        while (at != s->end && is_plain_ascii(*at)) ++at; // the fast path: tokens are long
        s->at = at;
        if (at == s->end || (unsigned char)*at < 0x20) return false;
        if (*at == '"' || *at == '\\') return true;
        size_t length = tw_utf8_length(at, s->end);
        if (length == 0) return false;
        s->at += length;
    }
}

bool tw_json_read_string(const char** at, const char* end, struct tw_buffer* scratch, const char** text,
                         size_t* size) {
    struct source s = {*at + 1, end, scratch};
    tw_buffer_clear(scratch);
    for (bool escaped = false;; escaped = true) {
        const char* run = s.at;
        if (!skip_plain(&s)) return false;
        bool over = *s.at == '"';
        if (over) *at = s.at + 1;
        if (over && !escaped) {
            *text = run;
            *size = (size_t)(s.at - run);
            return true;
        }
        tw_buffer_append(scratch, run, (size_t)(s.at - run));
        if (over) {
            *text = scratch->bytes;
            *size = scratch->size;
            return !scratch->failed;
        }
        if (!read_escape(&s)) return false;
    }
}

/// Writes the character at `at` (`length` bytes; 0 = not UTF-8) to `out` as a JSON string contains it;
/// returns its size.
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
