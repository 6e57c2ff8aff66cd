// Writes requests and checks what they are made of.
#include "client/call/request.h"

#include "client/bytes/percent.h"
#include "client/call/problem.h"

#include <string.h>

static void append_token_path(struct tw_buffer* path, const char* identity, const char* scope) {
    tw_buffer_append_text(path, "/v1/tokens/");
    tw_append_encoded(path, identity);
    tw_buffer_append_text(path, "/");
    tw_append_encoded(path, scope);
}

void tw_append_identity_path(struct tw_buffer* path, const char* identity) {
    tw_buffer_append_text(path, "/v1/identities/");
    tw_append_encoded(path, identity);
}

bool tw_write_request(struct tw_buffer* out, const struct tw_request* request) {
    tw_buffer_clear(out);
    tw_buffer_append_format(out, "%s ", request->method);
    if (request->identity != NULL) append_token_path(out, request->identity, request->scope);
    if (request->tail != NULL) tw_buffer_append_text(out, request->tail);
    tw_buffer_append_text(out, " HTTP/1.1\r\nHost: tokenward\r\nAccept: application/json\r\n");
    if (request->if_match != NULL) tw_buffer_append_format(out, "If-Match: \"%s\"\r\n", request->if_match);
    if (request->if_none_match != NULL)
        tw_buffer_append_format(out, "If-None-Match: \"%s\"\r\n", request->if_none_match);
    if (request->wait_s > 0) tw_buffer_append_format(out, "Prefer: wait=%d\r\n", request->wait_s);
    if (request->body != NULL)
        tw_buffer_append_format(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                                request->body_size);
    tw_buffer_append_text(out, "\r\n");
    tw_buffer_append(out, request->body, request->body_size);
    return !out->failed;
}

int tw_check_names(const tokenward_client* client, const char* identity, const char* scope) {
    tw_clear_problem(client);
    if (identity == NULL || scope == NULL || *identity == '\0' || *scope == '\0')
        return tw_fail(client, tokenward_error_invalid_argument, "an identity and a scope are needed");
    return tokenward_ok;
}

bool tw_is_fingerprint(const char* text) {
    size_t size = strlen(text);
    if (size == 0 || size >= TOKENWARD_FINGERPRINT_SIZE) return false;
    for (size_t i = 0; i < size; ++i)
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"') return false;
    return true;
}

int tw_fail_fingerprint(const tokenward_client* client) {
    return tw_fail(client, tokenward_error_invalid_argument,
                   "a fingerprint is \"sha256:\" and 16 hex digits");
}

tw_instant tw_deadline(int deadline_ms) {
    return tw_deadline_in(deadline_ms > 0 ? deadline_ms : TOKENWARD_DEFAULT_DEADLINE_MS);
}
