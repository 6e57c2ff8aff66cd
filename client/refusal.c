// Telling the daemon that a token is no good.
#include "client/bytes/json_fields.h"
#include "client/bytes/json_string.h"
#include "client/exchange.h"
#include "client/kept.h"

#include <string.h>

/// The daemon takes bodies of 64 KiB; what a service said about a token stands at its beginning.
enum { reported_body_limit = 48 * 1024 };

struct judgement {
    const char* verdict;
    const char* fingerprint;
};

static const struct tw_field judgement_fields[] = {
    {"verdict", TW_FIELD_TEXT, offsetof(struct judgement, verdict), NULL},
    {"fingerprint", TW_FIELD_TEXT, offsetof(struct judgement, fingerprint), NULL},
    {0},
};

static int verdict_named(const char* name) {
    if (strcmp(name, "invalidated") == 0) return tokenward_verdict_invalidated;
    if (strcmp(name, "already_replaced") == 0) return tokenward_verdict_already_replaced;
    if (strcmp(name, "not_about_the_token") == 0) return tokenward_verdict_not_about_the_token;
    if (strcmp(name, "damped") == 0) return tokenward_verdict_damped;
    return tokenward_verdict_other;
}

static bool read_judgement(const struct tw_answer* answer, int* verdict, char* current) {
    struct tw_arena arena = {NULL};
    struct judgement said = {NULL, ""};
    bool good = tw_read_document(answer->body, answer->body_size, &arena, judgement_fields, &said) &&
                said.verdict != NULL && (*said.fingerprint == '\0' || tw_is_fingerprint(said.fingerprint));
    if (good) {
        *verdict = verdict_named(said.verdict);
        if (current != NULL) memcpy(current, said.fingerprint, strlen(said.fingerprint) + 1);
    }
    tw_arena_free(&arena);
    return good;
}

static void append_report(struct tw_buffer* report, const struct tw_refusal* refusal) {
    tw_buffer_append_text(report, "{\"fingerprint\":");
    tw_json_append_string(report, refusal->fingerprint, strlen(refusal->fingerprint),
                          (size_t)TOKENWARD_FINGERPRINT_SIZE * 2);
    tw_buffer_append_format(report, ",\"status\":%d,\"body\":", refusal->status);
    tw_json_append_string(report, refusal->body, refusal->body_size, reported_body_limit);
    tw_buffer_append_text(report, "}");
}

int tw_fail_fingerprint(tokenward_client* client) {
    return tw_fail(client, tokenward_error_invalid_argument,
                   "a fingerprint is \"sha256:\" and 16 hex digits");
}

int tw_report_request(tokenward_client* client, const char* identity, const char* scope,
                      const struct tw_refusal* refusal, int deadline_ms, struct tw_buffer* report,
                      struct tw_request* request) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (refusal->fingerprint == NULL || !tw_is_fingerprint(refusal->fingerprint))
        return tw_fail_fingerprint(client);
    append_report(report, refusal);
    if (report->failed) return tw_fail(client, tokenward_error_no_memory, "memory ran out");
    *request = (struct tw_request){.method = "POST",
                                   .identity = identity,
                                   .scope = scope,
                                   .tail = "/report",
                                   .body = report->bytes,
                                   .body_size = report->size,
                                   .limit = TW_LIMIT_TOKEN,
                                   .deadline = tw_deadline(deadline_ms),
                                   .patient = deadline_ms > 0};
    return tokenward_ok;
}

int tw_take_verdict(tokenward_client* client, const struct tw_answer* answer, int* verdict, char* current) {
    if (read_judgement(answer, verdict, current)) return tokenward_ok;
    return tw_fail(client, tokenward_error_protocol, "the answer of %s is not a verdict",
                   tokenward_socket(client));
}

static int ask_for_verdict(tokenward_client* client, const struct tw_request* request, int* verdict,
                           char* current) {
    struct tw_answer answer;
    int error = tw_exchange(client, request, &answer);
    if (error != tokenward_ok) return error;
    error = tw_take_verdict(client, &answer, verdict, current);
    tw_forget_answer(client, &answer);
    return error;
}

bool tw_is_gone(int error, int verdict) {
    return error == tokenward_ok &&
           (verdict == tokenward_verdict_invalidated || verdict == tokenward_verdict_already_replaced);
}

int tokenward_report(tokenward_client* client, const char* identity, const char* scope,
                     const char* fingerprint, int status, const void* body, size_t body_size, int deadline_ms,
                     int* verdict, char* current) {
    const struct tw_refusal refusal = {fingerprint, status, body, body_size};
    struct tw_buffer report = {0};
    struct tw_request request;
    int said = tokenward_verdict_other;
    int error = tw_report_request(client, identity, scope, &refusal, deadline_ms, &report, &request);
    if (error == tokenward_ok) {
        tw_kepts_refuse(client, fingerprint);
        error = ask_for_verdict(client, &request, &said, current);
        tw_kepts_judged(client, fingerprint, tw_is_gone(error, said));
    }
    tw_buffer_free(&report);
    if (error == tokenward_ok) *verdict = said;
    return error;
}

int tokenward_invalidate(tokenward_client* client, const char* identity, const char* scope,
                         const char* fingerprint, int deadline_ms) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (fingerprint != NULL && !tw_is_fingerprint(fingerprint)) return tw_fail_fingerprint(client);
    const struct tw_request request = {.method = "DELETE",
                                       .identity = identity,
                                       .scope = scope,
                                       .if_match = fingerprint,
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline(deadline_ms),
                                       .patient = deadline_ms > 0};
    struct tw_answer answer;
    char held[TOKENWARD_FINGERPRINT_SIZE] = "";
    if (fingerprint == NULL) tw_kepts_find(client, identity, scope, held);
    const char* refused = fingerprint != NULL ? fingerprint : held;
    tw_kepts_refuse(client, refused);
    error = tw_exchange(client, &request, &answer);
    // Another one is the current one already: then this one is of no more use than a dropped one.
    tw_kepts_judged(client, refused, error == tokenward_ok || error == tokenward_error_precondition_failed);
    if (error == tokenward_ok) tw_forget_answer(client, &answer);
    return error;
}
