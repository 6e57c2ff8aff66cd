// The place that a kept token is read from by any number of threads while one writes: no lock, no system
// call.
#ifndef TOKENWARD_CLIENT_KEPT_SLOT_H
#define TOKENWARD_CLIENT_KEPT_SLOT_H

#include "client/connection.h"
#include "client/tokenward.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The longest token that is kept, in bytes.
enum { TW_SLOT_CAPACITY = 65536, TW_SLOT_WORDS = TW_SLOT_CAPACITY / 8 };

/// Texts as words, so that a reader that is overtaken by a writer reads rubbish but no data race.
struct tw_slot_page {
    _Atomic int64_t end; ///< of CLOCK_BOOTTIME, in ms: not served from then on
    _Atomic size_t size; ///< of the token; 0 = there is none
    _Atomic uint64_t fingerprint[TOKENWARD_FINGERPRINT_SIZE / 8];
    _Atomic uint64_t words[TW_SLOT_WORDS];
};

/// Two pages: `turns` says how often they were swapped, and its lowest bit which one is read. The writer
/// fills the other one; so a reader never waits for a writer, and repeats only if two tokens came while it
/// read.
struct tw_slot {
    _Atomic uint64_t turns;
    struct tw_slot_page pages[2];
};

/// Memory that is kept out of core dumps, empty. NULL: none.
struct tw_slot* tw_slot_new(void);

/// Wipes and frees. NULL is allowed.
void tw_slot_free(struct tw_slot* slot);

/// Puts a token into the slot. REQUIRES: at most one thread at a time writes; size <= TW_SLOT_CAPACITY.
void tw_slot_publish(struct tw_slot* slot, const char* token, size_t size, const char* fingerprint,
                     tw_instant end);

/// Empties the slot and wipes both pages. REQUIRES: as above.
void tw_slot_clear(struct tw_slot* slot);

/// Copies the token with a NUL after it to `buffer` (`room` bytes), its size to `*size`, and its fingerprint
/// unless that is NULL. Returns 0; ENOENT: there is none, or its end is over at `now`; EMSGSIZE: no room for
/// it, only `*size` was set. Any thread.
int tw_slot_read(const struct tw_slot* slot, tw_instant now, char* buffer, size_t room, size_t* size,
                 char* fingerprint);

#endif
