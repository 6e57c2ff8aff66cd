// The thread behind a kept token.
#ifndef TOKENWARD_CLIENT_KEEPER_H
#define TOKENWARD_CLIENT_KEEPER_H

#include "client/handle.h"
#include "client/kept_slot.h"

#include <pthread.h>
#include <stdatomic.h>

struct tokenward_kept {
    tokenward_client* client;
    tokenward_kept* next; ///< guarded by the handle's mutex
    char* identity;
    char* scope;
    struct tw_slot* slot; ///< written under the handle's mutex, read without
    atomic_uint forks;    ///< tw_forks() when a read last found the thread at work
    atomic_int error;     ///< why there is no token; an enum tokenward_error

    // Guarded by the handle's mutex.
    pthread_cond_t changed; ///< a token came, or an attempt failed
    pthread_t thread;
    bool running;
    bool stopping;
    int wake;               ///< an eventfd: look at `stopping`, and don't pause; -1 = none
    tokenward_token* token; ///< the last that the daemon gave, and its end of CLOCK_BOOTTIME
    tw_instant end;
    int judging;               ///< reports about it that are under way
    bool gone;                 ///< a report ended it
    unsigned long attempts;    ///< that have ended, for better or worse
    tokenward_problem problem; ///< of the last one; points to the two below
    char title[128];
    char detail[1024];
};

/// Starts the thread. REQUIRES: the handle's mutex is held and no thread runs. Returns 0 or a number of
/// errno.
int tw_keeper_start(tokenward_kept* kept);

/// Ends it and waits for its end. The handle's mutex must not be held.
void tw_keeper_stop(tokenward_kept* kept);

/// Whether the daemon says that this process may not have the token, so that to wait is of no use.
bool tw_is_withdrawn(int error);

/// Makes it ask the daemon at once instead of pausing. REQUIRES: the handle's mutex is held.
void tw_keeper_wake(tokenward_kept* kept);

#endif
