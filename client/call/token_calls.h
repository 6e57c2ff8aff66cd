// Get, watch and report: what each sends and what the answer says. The blocking and the non-blocking calls
// share it.
#ifndef TOKENWARD_CLIENT_CALL_TOKEN_CALLS_H
#define TOKENWARD_CLIENT_CALL_TOKEN_CALLS_H

#include "client/call/call.h"

enum {
    TW_QUERY_SIZE = 96,
    TW_POLL_PERIOD_MS = 1000 ///< how often a watch asks a daemon that does not support `Prefer: wait`
};

/// Makes the request of tokenward_get(), which refers to `query`. This and the next two return an enum
/// tokenward_error.
int tw_make_get(const tokenward_client* client, const char* identity, const char* scope,
                const tokenward_get_options* given, char query[TW_QUERY_SIZE], struct tw_request* request);

/// Makes the request of tokenward_watch().
int tw_make_watch(const tokenward_client* client, const char* identity, const char* scope,
                  const char* fingerprint, int wait_s, int deadline_ms, struct tw_request* request);

/// What a service answered to a token that it refused.
struct tw_refusal {
    const char* fingerprint;
    int status;
    const void* body;
    size_t body_size;
};

/// Makes the request of tokenward_report(), which refers to `body`; the caller frees that in any case.
int tw_make_report(const tokenward_client* client, const char* identity, const char* scope,
                   const struct tw_refusal* refusal, int deadline_ms, struct tw_buffer* body,
                   struct tw_request* request);

/// Reads the answer to a report; `current` may be NULL. Returns an enum tokenward_error.
int tw_take_verdict(const tokenward_client* client, const struct tw_answer* answer, int* verdict,
                    char* current);

/// Whether a report that ended with `error` and `verdict` means that the token is gone.
bool tw_is_gone(int error, int verdict);

#endif
