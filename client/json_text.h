// Writes any bytes as a JSON string.
#ifndef TOKENWARD_CLIENT_JSON_TEXT_H
#define TOKENWARD_CLIENT_JSON_TEXT_H

#include "client/buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Appends `bytes` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. Stops between
/// two characters before what stands between the quotes would exceed `limit` bytes.
void tw_json_append_string(struct tw_buffer* out, const void* bytes, size_t size, size_t limit);

#ifdef __cplusplus
}
#endif

#endif
