// Holds one kept token for any number of reading threads and one that writes: no lock, no system call.
#ifndef TOKENWARD_CLIENT_KEPT_SLOT_H
#define TOKENWARD_CLIENT_KEPT_SLOT_H

#include "client/connection/connection.h"
#include "client/tokenward.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The longest token that is kept, in bytes.
enum { TW_SLOT_CAPACITY = 65536, TW_SLOT_WORDS = TW_SLOT_CAPACITY / 8 };

/// Texts are atomic words: a reader that a writer overtakes reads garbage, which it notices, but there is no
/// data race.
struct tw_slot_page {
    _Atomic int64_t end; ///< of CLOCK_BOOTTIME, in ms: not served from then on
    _Atomic size_t size; ///< of the token; 0 = there is none
    _Atomic uint64_t fingerprint[TOKENWARD_FINGERPRINT_SIZE / 8];
    _Atomic uint64_t words[TW_SLOT_WORDS];
};

/// Two pages: `turns` counts how often they were swapped, and its lowest bit is the page that is read. The
/// writer fills the other one. So a reader never waits for a writer, and repeats only if two tokens came
/// while it read.
struct tw_slot {
    _Atomic uint64_t turns;
    struct tw_slot_page pages[2];
};

/// An empty slot, whose memory is left out of core dumps. NULL: no memory.
struct tw_slot* tw_slot_new(void);

/// Wipes and frees. NULL is allowed.
void tw_slot_free(struct tw_slot* slot);

/// Puts a token into the slot. REQUIRES: at most one thread at a time writes; size <= TW_SLOT_CAPACITY.
void tw_slot_publish(struct tw_slot* slot, const char* token, size_t size, const char* fingerprint,
                     tw_instant end);

/// Empties the slot and wipes both pages. REQUIRES: as above.
void tw_slot_clear(struct tw_slot* slot);

/// Copies the token and a NUL to `buffer` (`room` bytes), its size to `*size`, and its fingerprint to
/// `fingerprint` unless that is NULL. Returns 0; ENOENT: there is none, or it has expired at `now`; EMSGSIZE:
/// it does not fit, and only `*size` was set. Any thread may call it.
int tw_slot_read(const struct tw_slot* slot, tw_instant now, char* buffer, size_t room, size_t* size,
                 char* fingerprint);

#endif
