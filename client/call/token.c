// Reads tokens from answers, and frees them.
#include "client/call/token.h"

#include "client/bytes/json_fields.h"
#include "client/call/problem.h"

#include <stdlib.h>
#include <string.h>

/// A token and the memory of all its texts.
struct token_block {
    tokenward_token token; // first, so that a pointer to it is one to the block
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

/// Whether `text` may be the value of a header field: visible ASCII, as in RFC 6750 and Keystone.
static bool is_token(const char* text) {
    if (*text == '\0') return false;
    for (; *text != '\0'; ++text)
        if (*text <= ' ' || *text > '~') return false;
    return true;
}

/// NULL: the answer does not describe a token, or memory ran out.
static tokenward_token* read_token(const struct tw_answer* answer, const char* identity, const char* scope) {
    struct token_block* block = calloc(1, sizeof *block);
    if (block == NULL) return NULL;
    tokenward_token* token = &block->token;
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

int tw_take_token(const tokenward_client* client, const char* identity, const char* scope,
                  const struct tw_answer* answer, tokenward_token** token) {
    *token = read_token(answer, identity, scope);
    if (*token != NULL) return tokenward_ok;
    return tw_fail(client, tokenward_error_protocol, "the answer of %s is not a token", client->pool.socket);
}
