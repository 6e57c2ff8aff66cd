// A growing array of bytes that is wiped before its memory is freed.
#include "client/bytes/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tw_buffer_reserve(struct tw_buffer* buffer, size_t extra) {
    if (buffer->failed) return false;
    if (buffer->capacity - buffer->size >= extra) return true;
    size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity * 2;
    if (extra > SIZE_MAX / 4) {
        buffer->failed = true;
        return false;
    }
    if (capacity < buffer->size + extra) capacity = buffer->size + extra;
    char* bytes = malloc(capacity); // realloc() would not wipe the old bytes
    if (bytes == NULL) {
        buffer->failed = true;
        return false;
    }
    if (buffer->size != 0) memcpy(bytes, buffer->bytes, buffer->size);
    struct tw_buffer old = *buffer;
    *buffer = (struct tw_buffer){.bytes = bytes, .size = old.size, .capacity = capacity};
    tw_buffer_free(&old);
    return true;
}

void tw_buffer_append(struct tw_buffer* buffer, const void* bytes, size_t size) {
    if (size == 0 || !tw_buffer_reserve(buffer, size)) return;
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

void tw_buffer_append_text(struct tw_buffer* buffer, const char* text) {
    tw_buffer_append(buffer, text, strlen(text));
}

void tw_buffer_append_format(struct tw_buffer* buffer, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || !tw_buffer_reserve(buffer, (size_t)size + 1)) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buffer->bytes + buffer->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
}

void tw_buffer_clear(struct tw_buffer* buffer) {
    // Beyond `size` nothing was ever written, or it was wiped when `size` shrank.
    if (buffer->size != 0) explicit_bzero(buffer->bytes, buffer->size);
    buffer->size = 0;
    buffer->failed = false;
}

void tw_buffer_free(struct tw_buffer* buffer) {
    if (buffer->bytes != NULL) explicit_bzero(buffer->bytes, buffer->capacity);
    free(buffer->bytes);
    *buffer = (struct tw_buffer){0};
}
