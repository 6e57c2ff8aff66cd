// Waiting for a token to change.
#include "client/exchange.h"

#include <poll.h>
#include <string.h>

/// How often a daemon is asked that can't hold an answer, and how long a call may outlast its `wait_s`.
enum { poll_pace_ms = 1000, grace_ms = 5000, longest_wait_s = 300 };

static tw_instant earlier(tw_instant a, tw_instant b) {
    return a < b ? a : b;
}

static void pause_until(tw_instant when) {
    for (tw_instant left = when - tw_deadline_in(0); left > 0; left = when - tw_deadline_in(0))
        poll(NULL, 0, (int)left);
}

/// Whether a daemon that does not heed If-None-Match gave the token that the caller has already.
static bool is_known(const tokenward_token* token, const struct tw_request* request) {
    return request->if_none_match != NULL && strcmp(token->fingerprint, request->if_none_match) == 0;
}

/// Asks until the token is another one, an error comes, or `end` is over: then `*token` stays NULL.
static int watch_until(tokenward_client* client, struct tw_request* request, tw_instant end,
                       tokenward_token** token) {
    for (;;) {
        struct tw_answer answer;
        int error = tw_exchange(client, request, &answer);
        if (error != tokenward_ok) return error;
        bool waited = answer.status == 304 && answer.waited;
        if (answer.status != 304)
            error = tw_take_token(client, request->identity, request->scope, &answer, token);
        tw_forget_answer(client, &answer);
        if (error != tokenward_ok) return error;
        if (*token != NULL && !is_known(*token, request)) return tokenward_ok;
        tokenward_token_free(*token);
        *token = NULL;
        tw_instant left = end - tw_deadline_in(0);
        if (waited || left <= 0) return tokenward_ok;
        pause_until(earlier(tw_deadline_in(poll_pace_ms), end));
        left = end - tw_deadline_in(0);
        request->wait_s = left <= 0 ? 0 : (int)((left + 999) / 1000);
    }
}

int tw_watch_request(tokenward_client* client, const char* identity, const char* scope,
                     const char* fingerprint, int wait_s, int deadline_ms, struct tw_request* request) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (wait_s < 0 || wait_s > longest_wait_s)
        return tw_fail(client, tokenward_error_invalid_argument, "wait_s is %d: it may be 0 to %d", wait_s,
                       longest_wait_s);
    if (fingerprint != NULL && !tw_is_fingerprint(fingerprint)) return tw_fail_fingerprint(client);
    int longest = wait_s * 1000 + grace_ms;
    if (longest < TOKENWARD_DEFAULT_DEADLINE_MS) longest = TOKENWARD_DEFAULT_DEADLINE_MS;
    *request = (struct tw_request){.method = "GET",
                                   .identity = identity,
                                   .scope = scope,
                                   .if_none_match = fingerprint,
                                   .wait_s = fingerprint != NULL ? wait_s : 0,
                                   .limit = TW_LIMIT_TOKEN,
                                   .deadline = tw_deadline_in(deadline_ms > 0 ? deadline_ms : longest),
                                   .patient = deadline_ms > 0};
    return tokenward_ok;
}

int tokenward_watch(tokenward_client* client, const char* identity, const char* scope,
                    const char* fingerprint, int wait_s, int deadline_ms, tokenward_token** token) {
    struct tw_request request;
    int error = tw_watch_request(client, identity, scope, fingerprint, wait_s, deadline_ms, &request);
    if (error != tokenward_ok) return error;
    tokenward_token* next = NULL;
    error = watch_until(client, &request, earlier(tw_deadline_in(wait_s * 1000), request.deadline), &next);
    if (error == tokenward_ok) *token = next;
    return error;
}
