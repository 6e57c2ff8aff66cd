// How identities, scopes and fingerprints are written in a request.
#include "client/bytes/percent.h"
#include "client/exchange.h"

#include <string.h>

void tw_append_token_path(struct tw_buffer* path, const char* identity, const char* scope) {
    tw_buffer_append_text(path, "/v1/tokens/");
    tw_append_encoded(path, identity);
    tw_buffer_append_text(path, "/");
    tw_append_encoded(path, scope);
}

void tw_append_identity_path(struct tw_buffer* path, const char* identity) {
    tw_buffer_append_text(path, "/v1/identities/");
    tw_append_encoded(path, identity);
}

bool tw_is_fingerprint(const char* text) {
    size_t size = strlen(text);
    if (size == 0 || size >= TOKENWARD_FINGERPRINT_SIZE) return false;
    for (size_t i = 0; i < size; ++i)
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"') return false;
    return true;
}
