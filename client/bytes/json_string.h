// JSON strings: reads one with its escapes, and writes any bytes as one.
#ifndef TOKENWARD_CLIENT_BYTES_JSON_STRING_H
#define TOKENWARD_CLIENT_BYTES_JSON_STRING_H

#include "client/bytes/buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Reads the string whose opening quote is at `*at`, and moves `*at` behind its closing quote. `*text` is its
/// value in UTF-8, `*size` bytes, which may include NULs. A string without escapes stays where it is; any
/// other is written to `scratch`, and is valid until that changes. False: the string is malformed or does not
/// end before `end`, or memory ran out.
bool tw_json_read_string(const char** at, const char* end, struct tw_buffer* scratch, const char** text,
                         size_t* size);

/// Appends `bytes` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. Stops between
/// two characters if the text between the quotes would become longer than `limit` bytes.
void tw_json_append_string(struct tw_buffer* out, const void* bytes, size_t size, size_t limit);

#ifdef __cplusplus
}
#endif

#endif
