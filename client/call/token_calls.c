// Requests to get, watch and report a token.
#include "client/call/token_calls.h"

#include "client/bytes/json_fields.h"
#include "client/bytes/json_string.h"
#include "client/call/problem.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/// The options of a caller of any version, completed with the defaults. `*has_deadline`: they have a
/// deadline.
static tokenward_get_options complete(const tokenward_get_options* given, bool* has_deadline) {
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    if (given != NULL) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    *has_deadline = options.deadline_ms > 0;
    if (options.max_wait < 0 && options.deadline_ms > 0)
        options.max_wait = (options.deadline_ms + 999L) / 1000;
    if (options.deadline_ms <= 0 && options.max_wait >= 0)
        options.deadline_ms =
            options.max_wait < INT_MAX / 1000 - 5 ? (int)(options.max_wait + 5) * 1000 : INT_MAX;
    return options;
}

int tw_make_get(const tokenward_client* client, const char* identity, const char* scope,
                const tokenward_get_options* given, char query[TW_QUERY_SIZE], struct tw_request* request) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    bool has_deadline = false;
    tokenward_get_options options = complete(given, &has_deadline);
    if (options.min_ttl < 0) return tw_fail(client, tokenward_error_invalid_argument, "min_ttl is negative");
    query[0] = '\0';
    const char* separator = options.min_ttl > 0 ? "&" : "?";
    int used = options.min_ttl > 0 ? snprintf(query, TW_QUERY_SIZE, "?min_ttl=%ld", options.min_ttl) : 0;
    if (options.max_wait >= 0)
        snprintf(query + used, TW_QUERY_SIZE - (size_t)used, "%smax_wait=%ld", separator, options.max_wait);
    *request = (struct tw_request){.method = "GET",
                                   .identity = identity,
                                   .scope = scope,
                                   .tail = query,
                                   .limit = TW_LIMIT_TOKEN,
                                   .deadline = tw_deadline(options.deadline_ms),
                                   .has_deadline = has_deadline};
    return tokenward_ok;
}

/// How long a watch may last, and how much longer its call may take.
enum { longest_wait_s = 300, watch_grace_ms = 5000 };

int tw_make_watch(const tokenward_client* client, const char* identity, const char* scope,
                  const char* fingerprint, int wait_s, int deadline_ms, struct tw_request* request) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (wait_s < 0 || wait_s > longest_wait_s)
        return tw_fail(client, tokenward_error_invalid_argument, "wait_s is %d: it may be 0 to %d", wait_s,
                       longest_wait_s);
    if (fingerprint != NULL && !tw_is_fingerprint(fingerprint)) return tw_fail_fingerprint(client);
    int longest = wait_s * 1000 + watch_grace_ms;
    if (longest < TOKENWARD_DEFAULT_DEADLINE_MS) longest = TOKENWARD_DEFAULT_DEADLINE_MS;
    *request = (struct tw_request){.method = "GET",
                                   .identity = identity,
                                   .scope = scope,
                                   .if_none_match = fingerprint,
                                   .wait_s = fingerprint != NULL ? wait_s : 0,
                                   .limit = TW_LIMIT_TOKEN,
                                   .deadline = tw_deadline_in(deadline_ms > 0 ? deadline_ms : longest),
                                   .has_deadline = deadline_ms > 0};
    return tokenward_ok;
}

/// The daemon takes bodies of 64 KiB. What a service says about the token is at the beginning of its answer.
enum { reported_body_limit = 48 * 1024 };

struct verdict {
    const char* verdict;
    const char* fingerprint;
};

static const struct tw_field verdict_fields[] = {
    {"verdict", TW_FIELD_TEXT, offsetof(struct verdict, verdict), NULL},
    {"fingerprint", TW_FIELD_TEXT, offsetof(struct verdict, fingerprint), NULL},
    {0},
};

static int verdict_named(const char* name) {
    if (strcmp(name, "invalidated") == 0) return tokenward_verdict_invalidated;
    if (strcmp(name, "already_replaced") == 0) return tokenward_verdict_already_replaced;
    if (strcmp(name, "not_about_the_token") == 0) return tokenward_verdict_not_about_the_token;
    if (strcmp(name, "damped") == 0) return tokenward_verdict_damped;
    return tokenward_verdict_other;
}

static bool read_verdict(const struct tw_answer* answer, int* verdict, char* current) {
    struct tw_arena arena = {NULL};
    struct verdict said = {NULL, ""};
    bool good = tw_read_document(answer->body, answer->body_size, &arena, verdict_fields, &said) &&
                said.verdict != NULL && (*said.fingerprint == '\0' || tw_is_fingerprint(said.fingerprint));
    if (good) {
        *verdict = verdict_named(said.verdict);
        if (current != NULL) memcpy(current, said.fingerprint, strlen(said.fingerprint) + 1);
    }
    tw_arena_free(&arena);
    return good;
}

static void append_report(struct tw_buffer* body, const struct tw_refusal* refusal) {
    tw_buffer_append_text(body, "{\"fingerprint\":");
    tw_json_append_string(body, refusal->fingerprint, strlen(refusal->fingerprint),
                          (size_t)TOKENWARD_FINGERPRINT_SIZE * 2);
    tw_buffer_append_format(body, ",\"status\":%d,\"body\":", refusal->status);
    tw_json_append_string(body, refusal->body, refusal->body_size, reported_body_limit);
    tw_buffer_append_text(body, "}");
}

int tw_make_report(const tokenward_client* client, const char* identity, const char* scope,
                   const struct tw_refusal* refusal, int deadline_ms, struct tw_buffer* body,
                   struct tw_request* request) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (refusal->fingerprint == NULL || !tw_is_fingerprint(refusal->fingerprint))
        return tw_fail_fingerprint(client);
    append_report(body, refusal);
    if (body->failed) return tw_fail_no_memory(client);
    *request = (struct tw_request){.method = "POST",
                                   .identity = identity,
                                   .scope = scope,
                                   .tail = "/report",
                                   .body = body->bytes,
                                   .body_size = body->size,
                                   .limit = TW_LIMIT_TOKEN,
                                   .deadline = tw_deadline(deadline_ms),
                                   .has_deadline = deadline_ms > 0};
    return tokenward_ok;
}

int tw_take_verdict(const tokenward_client* client, const struct tw_answer* answer, int* verdict,
                    char* current) {
    if (read_verdict(answer, verdict, current)) return tokenward_ok;
    return tw_fail(client, tokenward_error_protocol, "the answer of %s is not a verdict",
                   client->pool.socket);
}

bool tw_is_gone(int error, int verdict) {
    return error == tokenward_ok &&
           (verdict == tokenward_verdict_invalidated || verdict == tokenward_verdict_already_replaced);
}
