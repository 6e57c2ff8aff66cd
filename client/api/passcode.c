// tokenward_passcode().
#include "client/bytes/json_string.h"
#include "client/call/call.h"
#include "client/call/problem.h"

#include <string.h>

/// Far longer than any IAM's passcode.
enum { passcode_limit = 64 };

static bool is_short(const char* text) {
    return text != NULL && *text != '\0' && strnlen(text, passcode_limit + 1) <= passcode_limit;
}

static int send_passcode(tokenward_client* client, const struct tw_buffer* path, const struct tw_buffer* body,
                         int deadline_ms) {
    if (path->failed || body->failed) return tw_fail_no_memory(client);
    const struct tw_request request = {.method = "POST",
                                       .tail = path->bytes,
                                       .body = body->bytes,
                                       .body_size = body->size,
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline(deadline_ms),
                                       .has_deadline = deadline_ms > 0,
                                       .not_repeatable = true};
    struct tw_call call;
    struct tw_answer answer;
    int error = tw_exchange(&call, client, &request, &answer);
    tw_call_end(&call);
    return error;
}

int tokenward_passcode(tokenward_client* client, const char* identity, const char* passcode,
                       int deadline_ms) {
    tw_clear_problem(client);
    if (identity == NULL || *identity == '\0')
        return tw_fail(client, tokenward_error_invalid_argument, "an identity is needed");
    if (!is_short(passcode))
        return tw_fail(client, tokenward_error_invalid_argument, "a passcode has 1 to %d characters",
                       passcode_limit);
    struct tw_buffer path = {0};
    tw_append_identity_path(&path, identity);
    tw_buffer_append(&path, "/passcode", sizeof "/passcode"); // with its NUL
    struct tw_buffer body = {0};
    tw_buffer_append_text(&body, "{\"passcode\":");
    tw_json_append_string(&body, passcode, strlen(passcode),
                          (size_t)passcode_limit * 6); // every character escaped
    tw_buffer_append_text(&body, "}");
    int error = send_passcode(client, &path, &body, deadline_ms);
    tw_buffer_free(&body);
    tw_buffer_free(&path);
    return error;
}
