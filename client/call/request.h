// A request to the daemon: its parts, the checks of its arguments, and how it is written as HTTP.
#ifndef TOKENWARD_CLIENT_CALL_REQUEST_H
#define TOKENWARD_CLIENT_CALL_REQUEST_H

#include "client/bytes/buffer.h"
#include "client/connection/connection.h"
#include "client/tokenward.h"

#include <stdbool.h>
#include <stddef.h>

/// The largest answer, head and body together: one about a token, with the IAM's body and its catalog, and
/// any other.
enum { TW_LIMIT_TOKEN = 1 << 20, TW_LIMIT_LIST = 16 << 20 };

/// What is absent is NULL or 0.
struct tw_request {
    const char* method;
    const char* identity; ///< with `scope`: the path begins with /v1/tokens/IDENTITY/SCOPE
    const char* scope;
    const char* tail;     ///< the rest of the path, such as "/report" or "?min_ttl=60", or the whole path
    const char* if_match; ///< a fingerprint, checked by tw_is_fingerprint()
    const char* if_none_match; ///< likewise; with it, 304 is an answer and no error
    int wait_s;                ///< the daemon may wait so long before it answers (`Prefer: wait`)
    const char* body;          ///< JSON
    size_t body_size;
    size_t limit; ///< one of TW_LIMIT_*
    tw_instant deadline;
    bool has_deadline; ///< the caller has set the deadline: until then, a daemon that is not there is waited
                       ///< for
    bool not_repeatable; ///< must not arrive twice: gets a new connection, and is wiped as soon as it is sent
};

/// Writes the request to `out`, in the place of what is there. False: no memory.
bool tw_write_request(struct tw_buffer* out, const struct tw_request* request);

/// Appends "/v1/identities/IDENTITY" to `path`, percent-encoded.
void tw_append_identity_path(struct tw_buffer* path, const char* identity);

/// Begins a call about a token: clears the problem, or fails if the identity or the scope is missing.
int tw_check_names(const tokenward_client* client, const char* identity, const char* scope);

/// Whether `text` may be sent as a fingerprint: visible ASCII without quotes that fits into
/// TOKENWARD_FINGERPRINT_SIZE.
bool tw_is_fingerprint(const char* text);

/// Ends a call whose fingerprint is not one; returns the error.
int tw_fail_fingerprint(const tokenward_client* client);

/// The `deadline_ms` of a public function as a point in time.
tw_instant tw_deadline(int deadline_ms);

#endif
