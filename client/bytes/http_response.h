// A strict parser for the head of an HTTP/1.1 answer (RFC 9112), as far as the daemon makes use of HTTP: a
// body has a Content-Length, and nothing is chunked, folded or upgraded.
#ifndef TOKENWARD_CLIENT_BYTES_HTTP_RESPONSE_H
#define TOKENWARD_CLIENT_BYTES_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A head may have so many bytes at most; `X-Subject-Token`, which is of no use here, has 8,000 at most.
#define TW_HTTP_MAX_HEAD 32768

enum tw_http_state {
    TW_HTTP_MORE, ///< the head is not complete
    TW_HTTP_HEAD, ///< it is; the body follows
    TW_HTTP_BAD   ///< malformed, too long, or of a kind that the daemon never sends
};

/// All zeroes before the first byte.
struct tw_http_response {
    int status;       ///< 200 to 599
    size_t head_size; ///< with the empty line
    size_t body_size;
    bool keep_alive; ///< the connection may be used again
    bool waited;     ///< `Preference-Applied: wait`: the daemon heeds `Prefer: wait`

    size_t scanned; ///< the parser's own: the head does not end within so many bytes
};

/// Looks at the `size` bytes that have come so far; the bytes of former calls must be the same. After
/// TW_HTTP_HEAD or TW_HTTP_BAD it is not called again for this answer.
enum tw_http_state tw_http_parse(struct tw_http_response* response, const char* bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
