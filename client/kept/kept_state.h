// A kept token: what is known of it, and when it is served.
#ifndef TOKENWARD_CLIENT_KEPT_KEPT_STATE_H
#define TOKENWARD_CLIENT_KEPT_KEPT_STATE_H

#include "client/call/handle.h"
#include "client/connection/connection.h"
#include "client/kept/slot.h"

#include <pthread.h>
#include <stdatomic.h>

struct tokenward_kept {
    tokenward_client* client;
    tokenward_kept* next; ///< guarded by the handle's mutex
    char* identity;
    char* scope;
    struct tw_slot* slot; ///< written under the handle's mutex, read without
    atomic_bool forked;   ///< this process was forked, and no read has found the thread running since
    atomic_int error;     ///< why there is no token; an enum tokenward_error

    // Guarded by the handle's mutex.
    pthread_cond_t changed; ///< a token came, or an attempt failed
    pthread_t thread;
    bool running;
    bool stopping;
    int wake;                  ///< an eventfd that ends the thread's waiting; -1 = none
    tokenward_token* token;    ///< the last that the daemon gave; NULL = none
    tw_instant end;            ///< of `token`, on CLOCK_BOOTTIME
    int reports;               ///< of `token`, not answered yet
    bool gone;                 ///< a report has ended `token`
    unsigned long attempts;    ///< to get a token, that have ended
    tokenward_problem problem; ///< of the last attempt; it points to the two below
    char title[128];
    char detail[1024];
};

/// A new one, without a token or a thread. NULL: no memory.
tokenward_kept* tw_kept_new(tokenward_client* client, const char* identity, const char* scope);

/// Wipes and frees. REQUIRES: no thread runs, and the list of the handle does not have it.
void tw_kept_free(tokenward_kept* kept);

// All of the following REQUIRE that the handle's mutex is held.

/// Whether readers get the token now.
bool tw_kept_is_served(const tokenward_kept* kept);

/// Whether the token has this fingerprint.
bool tw_kept_is(const tokenward_kept* kept, const char* fingerprint);

/// Takes over a token, whose request was sent at `sent_at` of CLOCK_BOOTTIME. It is served unless it was
/// reported.
void tw_kept_take(tokenward_kept* kept, tokenward_token* token, tw_instant sent_at);

/// Takes over the thread's last problem as that of an attempt. If this process may not have the token, it is
/// dropped.
void tw_kept_fail(tokenward_kept* kept);

/// A report of the token begins: the token is not served until the report has ended.
void tw_kept_suspend(tokenward_kept* kept);

/// A report of the token has ended. Returns whether the token is served again. REQUIRES: tw_kept_suspend()
/// was called, or `reports` was taken over with the token.
bool tw_kept_resume(tokenward_kept* kept, bool gone);

/// In the child of a fork: drops the token and forgets the thread, which does not exist there.
void tw_kept_after_fork(tokenward_kept* kept);

/// Whether the error says that this process may not have the token, so that waiting for it is useless.
bool tw_is_withdrawn(int error);

#endif
