// Getting and renewing tokens.
#include "client/bytes/json_fields.h"
#include "client/exchange.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A token as the caller sees it, and the memory that all its texts live in.
struct token_block {
    tokenward_token shown; // first: the caller's pointer is the block's
    struct tw_arena arena;
};

static const struct tw_field token_fields[] = {
    {"token", TW_FIELD_TEXT, offsetof(tokenward_token, token), NULL},
    {"fingerprint", TW_FIELD_TEXT, offsetof(tokenward_token, fingerprint), NULL},
    {"identity", TW_FIELD_TEXT, offsetof(tokenward_token, identity), NULL},
    {"scope", TW_FIELD_TEXT, offsetof(tokenward_token, scope), NULL},
    {"issued_at", TW_FIELD_TEXT, offsetof(tokenward_token, issued_at), NULL},
    {"expires_at", TW_FIELD_TEXT, offsetof(tokenward_token, expires_at), NULL},
    {"expires_in", TW_FIELD_INTEGER, offsetof(tokenward_token, expires_in), NULL},
    {0},
};

void tokenward_token_free(tokenward_token* token) {
    if (token == NULL) return;
    struct token_block* block = (struct token_block*)token;
    tw_arena_free(&block->arena);
    free(block);
}

/// Whether `text` may stand in a header as it is: visible ASCII, as RFC 6750 and Keystone have it.
static bool is_token(const char* text) {
    if (*text == '\0') return false;
    for (; *text != '\0'; ++text)
        if (*text <= ' ' || *text > '~') return false;
    return true;
}

/// NULL: the answer describes no token, or no memory.
static tokenward_token* read_token(const struct tw_answer* answer, const char* identity, const char* scope) {
    struct token_block* block = calloc(1, sizeof *block);
    if (block == NULL) return NULL;
    tokenward_token* token = &block->shown;
    *token = (tokenward_token){.issued_at = "", .expires_at = ""};
    token->document = tw_arena_copy(&block->arena, answer->body, answer->body_size);
    token->document_size = answer->body_size;
    bool good = tw_read_document(answer->body, answer->body_size, &block->arena, token_fields, token);
    if (token->identity == NULL) token->identity = tw_arena_copy(&block->arena, identity, strlen(identity));
    if (token->scope == NULL) token->scope = tw_arena_copy(&block->arena, scope, strlen(scope));
    good = good && token->document != NULL && token->token != NULL && is_token(token->token) &&
           token->fingerprint != NULL && tw_is_fingerprint(token->fingerprint) && token->identity != NULL &&
           token->scope != NULL;
    if (!good) {
        tokenward_token_free(token);
        return NULL;
    }
    token->token_size = strlen(token->token);
    return token;
}

int tw_take_token(tokenward_client* client, const char* identity, const char* scope,
                  const struct tw_answer* answer, tokenward_token** token) {
    *token = read_token(answer, identity, scope);
    if (*token != NULL) return tokenward_ok;
    return tw_fail(client, tokenward_error_protocol, "the answer of %s is not a token",
                   tokenward_socket(client));
}

int tw_exchange_for_token(tokenward_client* client, const struct tw_request* request,
                          tokenward_token** token) {
    struct tw_answer answer;
    int error = tw_exchange(client, request, &answer);
    if (error != tokenward_ok) return error;
    tokenward_token* read = NULL;
    error = tw_take_token(client, request->identity, request->scope, &answer, &read);
    tw_forget_answer(client, &answer);
    if (error != tokenward_ok) return error;
    if (token != NULL)
        *token = read;
    else
        tokenward_token_free(read);
    return tokenward_ok;
}

/// The caller's options, of whatever version, over the defaults. `*patient` says whether there is a deadline
/// among them.
static tokenward_get_options complete(const tokenward_get_options* given, bool* patient) {
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    if (given != NULL) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    *patient = options.deadline_ms > 0;
    if (options.max_wait < 0 && options.deadline_ms > 0)
        options.max_wait = (options.deadline_ms + 999L) / 1000;
    if (options.deadline_ms <= 0 && options.max_wait >= 0)
        options.deadline_ms =
            options.max_wait < INT_MAX / 1000 - 5 ? (int)(options.max_wait + 5) * 1000 : INT_MAX;
    return options;
}

int tw_get_request(tokenward_client* client, const char* identity, const char* scope,
                   const tokenward_get_options* given, char query[TW_QUERY_SIZE],
                   struct tw_request* request) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    bool patient = false;
    tokenward_get_options options = complete(given, &patient);
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
                                   .patient = patient};
    return tokenward_ok;
}

int tokenward_get(tokenward_client* client, const char* identity, const char* scope,
                  const tokenward_get_options* given, tokenward_token** token) {
    char query[TW_QUERY_SIZE];
    struct tw_request request;
    int error = tw_get_request(client, identity, scope, given, query, &request);
    return error != tokenward_ok ? error : tw_exchange_for_token(client, &request, token);
}

int tokenward_renew(tokenward_client* client, const char* identity, const char* scope, int deadline_ms,
                    tokenward_token** token) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    const struct tw_request request = {.method = "POST",
                                       .identity = identity,
                                       .scope = scope,
                                       .tail = "/renew",
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline(deadline_ms),
                                       .patient = deadline_ms > 0};
    return tw_exchange_for_token(client, &request, token);
}
