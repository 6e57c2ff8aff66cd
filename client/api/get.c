// tokenward_get() and tokenward_renew().
#include "client/call/token.h"
#include "client/call/token_calls.h"

/// Sends a request whose answer is a token. `token` may be NULL.
static int exchange_for_token(tokenward_client* client, const struct tw_request* request,
                              tokenward_token** token) {
    struct tw_call call;
    struct tw_answer answer;
    int error = tw_exchange(&call, client, request, &answer);
    if (error != tokenward_ok) return error;
    tokenward_token* read = NULL;
    error = tw_take_token(client, request->identity, request->scope, &answer, &read);
    tw_call_end(&call);
    if (error != tokenward_ok) return error;
    if (token != NULL)
        *token = read;
    else
        tokenward_token_free(read);
    return tokenward_ok;
}

int tokenward_get(tokenward_client* client, const char* identity, const char* scope,
                  const tokenward_get_options* given, tokenward_token** token) {
    char query[TW_QUERY_SIZE];
    struct tw_request request;
    int error = tw_make_get(client, identity, scope, given, query, &request);
    return error != tokenward_ok ? error : exchange_for_token(client, &request, token);
}

int tokenward_renew(tokenward_client* client, const char* identity, const char* scope, int deadline_ms,
                    tokenward_token** token) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    const struct tw_request request = {.method = "POST",
                                       .identity = identity,
                                       .scope = scope,
                                       .tail = "/renew",
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline(deadline_ms),
                                       .has_deadline = deadline_ms > 0};
    return exchange_for_token(client, &request, token);
}
