// Memory for the parts of one document.
#include "client/bytes/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct tw_arena_block {
    struct tw_arena_block* older;
    size_t used;
    size_t capacity;
    alignas(max_align_t) char bytes[];
};

enum { smallest_block = 2048 };

static struct tw_arena_block* add_block(struct tw_arena* arena, size_t size) {
    size_t capacity = size < smallest_block ? smallest_block : size;
    struct tw_arena_block* block = calloc(1, sizeof *block + capacity);
    if (block == NULL) return NULL;
    block->capacity = capacity;
    block->older = arena->newest;
    arena->newest = block;
    return block;
}

void* tw_arena_take(struct tw_arena* arena, size_t size) {
    const size_t grain = alignof(max_align_t);
    size_t rounded = (size + grain - 1) / grain * grain;
    if (rounded < size) return NULL;
    struct tw_arena_block* block = arena->newest;
    if (block == NULL || block->capacity - block->used < rounded) block = add_block(arena, rounded);
    if (block == NULL) return NULL;
    void* taken = block->bytes + block->used;
    block->used += rounded;
    return taken;
}

char* tw_arena_copy(struct tw_arena* arena, const void* bytes, size_t size) {
    char* copy = tw_arena_take(arena, size + 1);
    if (copy != NULL && size != 0) memcpy(copy, bytes, size);
    return copy;
}

void tw_arena_free(struct tw_arena* arena) {
    while (arena->newest != NULL) {
        struct tw_arena_block* block = arena->newest;
        arena->newest = block->older;
        explicit_bzero(block->bytes, block->used);
        free(block);
    }
}
