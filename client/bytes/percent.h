// Percent-encoding of URLs (RFC 3986).
#ifndef TOKENWARD_CLIENT_BYTES_PERCENT_H
#define TOKENWARD_CLIENT_BYTES_PERCENT_H

#include "client/bytes/buffer.h"

/// Appends `text` as one path segment or query value: every byte but the unreserved characters is encoded,
/// the slash too.
void tw_append_encoded(struct tw_buffer* out, const char* text);

#endif
