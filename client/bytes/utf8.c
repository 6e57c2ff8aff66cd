// UTF-8: lengths, encoding, and copies cut between characters.
#include "client/bytes/utf8.h"

#include <string.h>

size_t tw_utf8_length(const char* at, const char* end) {
    size_t available = (size_t)(end - at);
    if (available == 0) return 0;
    unsigned char lead = (unsigned char)at[0];
    if (lead < 0x80) return 1;
    size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                    : (lead & 0xf0) == 0xe0        ? 3
                    : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                   : 0;
    if (length == 0 || available < length) return 0;
    for (size_t i = 1; i < length; ++i)
        if (((unsigned char)at[i] & 0xc0) != 0x80) return 0;
    unsigned char second = (unsigned char)at[1];
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90)) return 0; // overlong
    if ((lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90))
        return 0; // surrogates; beyond U+10FFFF
    return length;
}

size_t tw_utf8_encode(uint32_t code, char out[4]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; --i, code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(leads[length] | code);
    return length;
}

void tw_utf8_copy(char* out, size_t size, const char* text) {
    size_t length = strlen(text);
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) --length;
    }
    memcpy(out, text, length);
    out[length] = '\0';
}
