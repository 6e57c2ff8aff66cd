// tokenward_watch().
#include "client/call/token.h"
#include "client/call/token_calls.h"

#include <poll.h>
#include <string.h>

static tw_instant earlier(tw_instant a, tw_instant b) {
    return a < b ? a : b;
}

static void pause_until(tw_instant when) {
    for (tw_instant left = when - tw_now(); left > 0; left = when - tw_now()) poll(NULL, 0, (int)left);
}

/// Whether the caller has this token already: a daemon that ignores If-None-Match sends it again.
static bool is_known(const tokenward_token* token, const struct tw_request* request) {
    return request->if_none_match != NULL && strcmp(token->fingerprint, request->if_none_match) == 0;
}

/// Asks until there is another token or an error, or until `end`; then `*token` stays NULL.
static int watch_until(tokenward_client* client, struct tw_request* request, tw_instant end,
                       tokenward_token** token) {
    for (;;) {
        struct tw_call call;
        struct tw_answer answer;
        int error = tw_exchange(&call, client, request, &answer);
        if (error != tokenward_ok) return error;
        bool waited = answer.status == 304 && answer.waited;
        if (answer.status != 304)
            error = tw_take_token(client, request->identity, request->scope, &answer, token);
        tw_call_end(&call);
        if (error != tokenward_ok) return error;
        if (*token != NULL && !is_known(*token, request)) return tokenward_ok;
        tokenward_token_free(*token);
        *token = NULL;
        tw_instant left = end - tw_now();
        if (waited || left <= 0) return tokenward_ok;
        pause_until(earlier(tw_deadline_in(TW_POLL_PERIOD_MS), end));
        left = end - tw_now();
        request->wait_s = left <= 0 ? 0 : (int)((left + 999) / 1000);
    }
}

int tokenward_watch(tokenward_client* client, const char* identity, const char* scope,
                    const char* fingerprint, int wait_s, int deadline_ms, tokenward_token** token) {
    struct tw_request request;
    int error = tw_make_watch(client, identity, scope, fingerprint, wait_s, deadline_ms, &request);
    if (error != tokenward_ok) return error;
    tokenward_token* next = NULL;
    error = watch_until(client, &request, earlier(tw_deadline_in(wait_s * 1000), request.deadline), &next);
    if (error == tokenward_ok) *token = next;
    return error;
}
