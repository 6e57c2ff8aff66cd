// A strict parser for the head of an HTTP/1.1 response (RFC 9112), for what the daemon uses of HTTP: a body
// has a Content-Length, and nothing is chunked, folded or upgraded.
#ifndef TOKENWARD_CLIENT_BYTES_HTTP_RESPONSE_H
#define TOKENWARD_CLIENT_BYTES_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The largest head in bytes. Its `X-Subject-Token`, which is not read here, has at most 8,000.
#define TW_HTTP_MAX_HEAD 32768

enum tw_http_state {
    TW_HTTP_MORE, ///< the head is not complete
    TW_HTTP_HEAD, ///< it is; the body follows
    TW_HTTP_BAD   ///< malformed, too long, or using what the daemon never sends
};

/// All zeroes before the first byte.
struct tw_http_response {
    int status;       ///< 200 to 599
    size_t head_size; ///< with the empty line
    size_t body_size;
    bool keep_alive; ///< the connection may be used again
    bool waited;     ///< `Preference-Applied: wait`: the daemon supports `Prefer: wait`

    size_t scanned; ///< private: the head does not end within these first bytes
};

/// Parses the `size` bytes that have been received so far, which begin with those of the call before. Must
/// not be called again for this response after TW_HTTP_HEAD or TW_HTTP_BAD.
enum tw_http_state tw_http_parse(struct tw_http_response* response, const char* bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
