// The token that an answer of the daemon describes.
#ifndef TOKENWARD_CLIENT_CALL_TOKEN_H
#define TOKENWARD_CLIENT_CALL_TOKEN_H

#include "client/call/call.h"

/// Reads the token, which is then the caller's to free. `identity` and `scope` stand for what the answer does
/// not say. Returns an enum tokenward_error.
int tw_take_token(const tokenward_client* client, const char* identity, const char* scope,
                  const struct tw_answer* answer, tokenward_token** token);

#endif
