// tokenward_request(): requests for which there is no function of their own.
#include "client/call/call.h"
#include "client/call/problem.h"

#include <stdlib.h>
#include <string.h>

static bool is_method(const char* text) {
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return size != 0 && text[size] == '\0';
}

/// Whether `text` may be sent as a path with a query: visible ASCII.
static bool is_path(const char* text) {
    if (*text != '/') return false;
    while (*text > ' ' && *text <= '~') ++text;
    return *text == '\0';
}

/// Copies the body, and adds a NUL. Returns an enum tokenward_error.
static int copy_body(const tokenward_client* client, const struct tw_answer* answer, char** text) {
    if (memchr(answer->body, '\0', answer->body_size) !=
        NULL) // tokenward_free_text() would not wipe the rest
        return tw_fail(client, tokenward_error_protocol, "the answer of %s is not text", client->pool.socket);
    char* copy = malloc(answer->body_size + 1);
    if (copy == NULL) return tw_fail_no_memory(client);
    memcpy(copy, answer->body, answer->body_size);
    copy[answer->body_size] = '\0';
    *text = copy;
    return tokenward_ok;
}

int tokenward_request(tokenward_client* client, const char* method, const char* path, const char* body,
                      int deadline_ms, char** text) {
    tw_clear_problem(client);
    if (method == NULL || !is_method(method) || path == NULL || !is_path(path))
        return tw_fail(client, tokenward_error_invalid_argument,
                       "a method such as GET and a percent-encoded path such as /v1/status are needed");
    const struct tw_request request = {.method = method,
                                       .tail = path,
                                       .body = body,
                                       .body_size = body != NULL ? strlen(body) : 0,
                                       .limit = TW_LIMIT_LIST,
                                       .deadline = tw_deadline(deadline_ms),
                                       .has_deadline = deadline_ms > 0};
    struct tw_call call;
    struct tw_answer answer;
    int error = tw_exchange(&call, client, &request, &answer);
    if (error == tokenward_ok && text != NULL) error = copy_body(client, &answer, text);
    tw_call_end(&call);
    return error;
}

void tokenward_free_text(char* text) {
    if (text != NULL) explicit_bzero(text, strlen(text)); // it may contain a token
    free(text);
}
