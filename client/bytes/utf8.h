// UTF-8 (RFC 3629): length, encoding, and copies that do not cut a character.
#ifndef TOKENWARD_CLIENT_BYTES_UTF8_H
#define TOKENWARD_CLIENT_BYTES_UTF8_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The length, 1 to 4, of the well-formed character at `at`; 0 if there is none before `end`.
size_t tw_utf8_length(const char* at, const char* end);

/// Writes the character `code` (no surrogate, at most U+10FFFF); returns its length.
size_t tw_utf8_encode(uint32_t code, char out[4]);

/// Copies `text` into `out` (`size` bytes with the NUL), cut between two characters if it is too long.
void tw_utf8_copy(char* out, size_t size, const char* text);

#ifdef __cplusplus
}
#endif

#endif
