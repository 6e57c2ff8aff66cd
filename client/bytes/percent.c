// Percent-encoding of URLs.
#include "client/bytes/percent.h"

#include <stdbool.h>

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void tw_append_encoded(struct tw_buffer* out, const char* text) {
    for (; *text != '\0'; ++text) {
        if (is_unreserved(*text))
            tw_buffer_append(out, text, 1);
        else
            tw_buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}
