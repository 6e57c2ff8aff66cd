// Memory for the parts of one document: allocated piece by piece, wiped and freed at once.
#ifndef TOKENWARD_CLIENT_BYTES_ARENA_H
#define TOKENWARD_CLIENT_BYTES_ARENA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// All zeroes is an empty arena.
struct tw_arena {
    struct tw_arena_block* newest;
};

/// `size` bytes of zeroes, aligned for anything; NULL: no memory.
void* tw_arena_take(struct tw_arena* arena, size_t size);

/// A copy of `size` bytes with a NUL after them; NULL: no memory.
char* tw_arena_copy(struct tw_arena* arena, const void* bytes, size_t size);

/// Wipes and frees everything.
void tw_arena_free(struct tw_arena* arena);

#ifdef __cplusplus
}
#endif

#endif
