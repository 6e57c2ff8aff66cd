// How identities, scopes and fingerprints are written in a request.
#include "client/exchange.h"

#include <string.h>

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// All but RFC 3986's unreserved characters is percent-encoded, a slash too.
void tw_append_encoded(struct tw_buffer* path, const char* text) {
    for (; *text != '\0'; ++text) {
        if (is_unreserved(*text))
            tw_buffer_append(path, text, 1);
        else
            tw_buffer_append_format(path, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

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
