// Telling the daemon that a token is no good.
#include "client/exchange.h"
#include "client/json_fields.h"
#include "client/json_text.h"

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

static void append_report(struct tw_buffer* report, const char* fingerprint, int status, const void* body,
                          size_t size) {
    tw_buffer_append_text(report, "{\"fingerprint\":");
    tw_json_append_string(report, fingerprint, strlen(fingerprint), TOKENWARD_FINGERPRINT_SIZE * 2);
    tw_buffer_append_format(report, ",\"status\":%d,\"body\":", status);
    tw_json_append_string(report, body, size, reported_body_limit);
    tw_buffer_append_text(report, "}");
}

int tw_fail_fingerprint(tokenward_client* client) {
    return tw_fail(client, tokenward_error_invalid_argument,
                   "a fingerprint is \"sha256:\" and 16 hex digits");
}

int tokenward_report(tokenward_client* client, const char* identity, const char* scope,
                     const char* fingerprint, int status, const void* body, size_t body_size, int deadline_ms,
                     int* verdict, char* current) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (fingerprint == NULL || !tw_is_fingerprint(fingerprint)) return tw_fail_fingerprint(client);
    struct tw_buffer report = {0};
    append_report(&report, fingerprint, status, body, body_size);
    struct tw_request request = {.method = "POST",
                                 .identity = identity,
                                 .scope = scope,
                                 .tail = "/report",
                                 .body = report.bytes,
                                 .body_size = report.size,
                                 .limit = TW_LIMIT_TOKEN,
                                 .deadline = tw_deadline(deadline_ms)};
    struct tw_answer answer;
    error = report.failed ? tw_fail(client, tokenward_error_no_memory, "memory ran out")
                          : tw_exchange(client, &request, &answer);
    tw_buffer_free(&report);
    if (error != tokenward_ok) return error;
    if (!read_judgement(&answer, verdict, current))
        error =
            tw_fail(client, tokenward_error_protocol, "the answer of %s is not a verdict", client->socket);
    tw_forget_answer(client, &answer);
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
                                       .deadline = tw_deadline(deadline_ms)};
    struct tw_answer answer;
    error = tw_exchange(client, &request, &answer);
    tw_forget_answer(client, &answer);
    return error;
}
