// One request to the daemon and its answer; what the public functions and the command are built on.
#ifndef TOKENWARD_CLIENT_EXCHANGE_H
#define TOKENWARD_CLIENT_EXCHANGE_H

#include "client/bytes/buffer.h"
#include "client/connection.h"
#include "client/tokenward.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Head and body of an answer together may have so many bytes: a token's answer, and one with the IAM's own
/// body, catalog and all, or a long list.
enum { TW_LIMIT_TOKEN = 1 << 20, TW_LIMIT_LIST = 16 << 20 };

/// A request. NULL and 0 stand for what is not there.
struct tw_request {
    const char* method;
    const char* identity; ///< with `scope`: begins the path with /v1/tokens/IDENTITY/SCOPE
    const char* scope;
    const char* tail; ///< what follows in the path, such as "/report" or "?min_ttl=60"; else the whole path
    const char* if_match;      ///< a fingerprint, checked by tw_is_fingerprint
    const char* if_none_match; ///< likewise; with it, 304 is an answer and no error
    int wait_s;                ///< with it: the daemon may hold the answer so long (`Prefer: wait`)
    const char* body;          ///< JSON
    size_t body_size;
    size_t limit; ///< TW_LIMIT_…
    tw_instant deadline;
    bool patient; ///< the caller has given the deadline: within it, a daemon that is not there is waited for
    bool once;    ///< must not arrive twice: goes over a new connection; and is wiped as soon as it is sent
};

/// What a service said to a token.
struct tw_refusal {
    const char* fingerprint;
    int status;
    const void* body;
    size_t body_size;
};

/// An answer of the 2xx kind, or 304; to be ended by tw_forget_answer.
struct tw_answer {
    int status;
    bool waited; ///< the daemon knows `Prefer: wait` and has heeded it
    const char* body;
    size_t body_size;
    struct tw_link* link; ///< in whose buffer the body is
};

/// Sends the request, on a kept connection if one still lives, and receives the answer. Returns an enum
/// tokenward_error, with the thread's problem filled in; an answer of any other kind is an error.
int tw_exchange(tokenward_client* client, const struct tw_request* request, struct tw_answer* answer);

/// Ends an answer that tw_exchange gave: wiped, and its connection free for the next call.
void tw_forget_answer(tokenward_client* client, struct tw_answer* answer);

/// The token that the answer describes, the caller's to free. Returns an enum tokenward_error.
int tw_take_token(tokenward_client* client, const char* identity, const char* scope,
                  const struct tw_answer* answer, tokenward_token** token);

enum { TW_QUERY_SIZE = 96 };

/// Makes the request of tokenward_get(), which refers to `query`.
int tw_get_request(tokenward_client* client, const char* identity, const char* scope,
                   const tokenward_get_options* given, char query[TW_QUERY_SIZE], struct tw_request* request);

/// Makes the request of tokenward_watch().
int tw_watch_request(tokenward_client* client, const char* identity, const char* scope,
                     const char* fingerprint, int wait_s, int deadline_ms, struct tw_request* request);

/// Makes the request of tokenward_report(), which refers to `report`; the latter is the caller's to free.
int tw_report_request(tokenward_client* client, const char* identity, const char* scope,
                      const struct tw_refusal* refusal, int deadline_ms, struct tw_buffer* report,
                      struct tw_request* request);

/// Reads the answer to it. Returns an enum tokenward_error.
int tw_take_verdict(tokenward_client* client, const struct tw_answer* answer, int* verdict, char* current);

/// Sends a request whose answer is a token. `token` may be NULL.
int tw_exchange_for_token(tokenward_client* client, const struct tw_request* request,
                          tokenward_token** token);

/// Begins any other call: no problem so far.
void tw_no_problem(tokenward_client* client);

/// Begins a call about a token: no problem so far, unless identity or scope is missing.
int tw_begin(tokenward_client* client, const char* identity, const char* scope);

/// Ends a call with an error of the client's own; returns it.
int tw_fail(tokenward_client* client, int error, const char* detail_format, ...)
    __attribute__((format(printf, 3, 4)));

/// Ends a call with a problem that was copied before; returns its error.
int tw_fail_again(const tokenward_client* client, const tokenward_problem* problem);

/// Ends a call with the error that the daemon's answer (problem+json) names; returns it.
int tw_fail_as_told(tokenward_client* client, const struct tw_answer* answer);

/// Until when such a request waits for a daemon that is not there; 0 = not at all.
tw_instant tw_start_deadline(tokenward_client* client, const struct tw_request* request);

/// `deadline_ms` of a public function as a point in time.
tw_instant tw_deadline(int deadline_ms);

/// Whether `text` may be sent as a fingerprint: visible ASCII without quotes that fits into
/// TOKENWARD_FINGERPRINT_SIZE.
bool tw_is_fingerprint(const char* text);

/// Ends a call that was given something else as a fingerprint; returns the error.
int tw_fail_fingerprint(tokenward_client* client);

/// Appends "/v1/tokens/IDENTITY/SCOPE" to `path`, each segment percent-encoded.
void tw_append_token_path(struct tw_buffer* path, const char* identity, const char* scope);

/// Appends "/v1/identities/IDENTITY" likewise.
void tw_append_identity_path(struct tw_buffer* path, const char* identity);

#ifdef __cplusplus
}
#endif

#endif
