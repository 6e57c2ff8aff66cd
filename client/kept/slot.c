// Publishes a kept token to readers that take no lock.
#include "client/kept/slot.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

struct tw_slot* tw_slot_new(void) {
    // Pages that are never touched cost nothing, and most tokens are far shorter than the longest.
    void* memory =
        mmap(NULL, sizeof(struct tw_slot), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    (void)madvise(memory, sizeof(struct tw_slot), MADV_DONTDUMP);
    return memory;
}

void tw_slot_free(struct tw_slot* slot) {
    if (slot == NULL) return;
    tw_slot_clear(slot);
    munmap(slot, sizeof *slot);
}

static void write_words(_Atomic uint64_t* words, const char* bytes, size_t size) {
    for (size_t at = 0; at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, size - at < 8 ? size - at : 8);
        atomic_store_explicit(&words[at / 8], word, memory_order_relaxed);
    }
}

static void read_words(const _Atomic uint64_t* words, char* bytes, size_t size) {
    size_t at = 0;
#pragma GCC unroll 8 // otherwise the loop costs as much as the copying
    for (; at + 8 <= size; at += 8) {
        uint64_t word = atomic_load_explicit(&words[at / 8], memory_order_relaxed);
        memcpy(bytes + at, &word, 8);
    }
    if (at == size) return;
    uint64_t word = atomic_load_explicit(&words[at / 8], memory_order_relaxed);
    memcpy(bytes + at, &word, size - at);
}

/// The page that is not read. A reader that sees a write to this page also sees the last swap, and so
/// retries.
static struct tw_slot_page* unread_page(struct tw_slot* slot) {
    uint64_t turns = atomic_load_explicit(&slot->turns, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    return &slot->pages[(turns + 1) & 1];
}

static void swap(struct tw_slot* slot) {
    uint64_t turns = atomic_load_explicit(&slot->turns, memory_order_relaxed);
    atomic_store_explicit(&slot->turns, turns + 1, memory_order_release);
}

static void wipe(struct tw_slot_page* page) {
    static const char nothing[TOKENWARD_FINGERPRINT_SIZE];
    size_t size = atomic_load_explicit(&page->size, memory_order_relaxed);
    for (size_t i = 0; i < (size + 7) / 8; ++i)
        atomic_store_explicit(&page->words[i], 0, memory_order_relaxed);
    write_words(page->fingerprint, nothing, sizeof nothing);
    atomic_store_explicit(&page->size, 0, memory_order_relaxed);
    atomic_store_explicit(&page->end, 0, memory_order_relaxed);
}

void tw_slot_publish(struct tw_slot* slot, const char* token, size_t size, const char* fingerprint,
                     tw_instant end) {
    struct tw_slot_page* page = unread_page(slot);
    char name[TOKENWARD_FINGERPRINT_SIZE] = "";
    memcpy(name, fingerprint, strnlen(fingerprint, sizeof name - 1));
    wipe(page);
    write_words(page->words, token, size);
    write_words(page->fingerprint, name, sizeof name);
    atomic_store_explicit(&page->end, end, memory_order_relaxed);
    atomic_store_explicit(&page->size, size, memory_order_relaxed);
    swap(slot);
    wipe(unread_page(slot)); // the former token
}

void tw_slot_clear(struct tw_slot* slot) {
    for (int wiped = 0; wiped < 2; ++wiped) {
        wipe(unread_page(slot));
        swap(slot);
    }
}

int tw_slot_read(const struct tw_slot* slot, tw_instant now, char* buffer, size_t room, size_t* size,
                 char* fingerprint) {
    for (;;) {
        uint64_t turns = atomic_load_explicit(&slot->turns, memory_order_acquire);
        const struct tw_slot_page* page = &slot->pages[turns & 1];
        size_t found = atomic_load_explicit(&page->size, memory_order_relaxed);
        tw_instant end = atomic_load_explicit(&page->end, memory_order_relaxed);
        bool alive = found != 0 && now < end;
        bool fits = found < room;
        if (alive && fits) {
            read_words(page->words, buffer, found);
            if (fingerprint != NULL) read_words(page->fingerprint, fingerprint, TOKENWARD_FINGERPRINT_SIZE);
        }
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&slot->turns, memory_order_relaxed) != turns) continue;
        if (!alive) return ENOENT;
        *size = found;
        if (!fits) return EMSGSIZE;
        buffer[found] = '\0';
        return 0;
    }
}
