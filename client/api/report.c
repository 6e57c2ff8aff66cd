// tokenward_report() and tokenward_invalidate().
#include "client/call/token_calls.h"
#include "client/kept/reports.h"

static int ask_for_verdict(tokenward_client* client, const struct tw_request* request, int* verdict,
                           char* current) {
    struct tw_call call;
    struct tw_answer answer;
    int error = tw_exchange(&call, client, request, &answer);
    if (error != tokenward_ok) return error;
    error = tw_take_verdict(client, &answer, verdict, current);
    tw_call_end(&call);
    return error;
}

int tokenward_report(tokenward_client* client, const char* identity, const char* scope,
                     const char* fingerprint, int status, const void* body, size_t body_size, int deadline_ms,
                     int* verdict, char* current) {
    const struct tw_refusal refusal = {fingerprint, status, body, body_size};
    struct tw_buffer report_body = {0};
    struct tw_request request;
    int said = tokenward_verdict_other;
    int error = tw_make_report(client, identity, scope, &refusal, deadline_ms, &report_body, &request);
    if (error == tokenward_ok) {
        tw_report_begins(client, fingerprint);
        error = ask_for_verdict(client, &request, &said, current);
        tw_report_ends(client, fingerprint, tw_is_gone(error, said));
    }
    tw_buffer_free(&report_body);
    if (error == tokenward_ok) *verdict = said;
    return error;
}

int tokenward_invalidate(tokenward_client* client, const char* identity, const char* scope,
                         const char* fingerprint, int deadline_ms) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (fingerprint != NULL && !tw_is_fingerprint(fingerprint)) return tw_fail_fingerprint(client);
    const struct tw_request request = {.method = "DELETE",
                                       .identity = identity,
                                       .scope = scope,
                                       .if_match = fingerprint,
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline(deadline_ms),
                                       .has_deadline = deadline_ms > 0};
    char held[TOKENWARD_FINGERPRINT_SIZE] = "";
    if (fingerprint == NULL) tw_find_kept(client, identity, scope, held);
    const char* refused = fingerprint != NULL ? fingerprint : held;
    tw_report_begins(client, refused);
    struct tw_call call;
    struct tw_answer answer;
    error = tw_exchange(&call, client, &request, &answer);
    tw_call_end(&call);
    // precondition_failed: another token is the current one, so this one is not served any more either.
    tw_report_ends(client, refused, error == tokenward_ok || error == tokenward_error_precondition_failed);
    return error;
}
