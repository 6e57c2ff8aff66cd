// A growing array of bytes that may contain secrets: its memory is wiped before it is freed.
#ifndef TOKENWARD_CLIENT_BYTES_BUFFER_H
#define TOKENWARD_CLIENT_BYTES_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// All zeroes is an empty buffer. Once memory has run out, `failed` is set and appending does nothing, so
/// that a caller can append several times and check once at the end.
struct tw_buffer {
    char* bytes;
    size_t size;
    size_t capacity;
    bool failed;
};

/// Makes room for `extra` bytes after the first `size`. False: no memory.
bool tw_buffer_reserve(struct tw_buffer* buffer, size_t extra);

void tw_buffer_append(struct tw_buffer* buffer, const void* bytes, size_t size);
void tw_buffer_append_text(struct tw_buffer* buffer, const char* text);
void tw_buffer_append_format(struct tw_buffer* buffer, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// Wipes the contents and keeps the memory; resets `failed`.
void tw_buffer_clear(struct tw_buffer* buffer);

/// Wipes and frees.
void tw_buffer_free(struct tw_buffer* buffer);

#ifdef __cplusplus
}
#endif

#endif
