// The thread that keeps a token up to date.
#ifndef TOKENWARD_CLIENT_KEPT_KEPT_THREAD_H
#define TOKENWARD_CLIENT_KEPT_KEPT_THREAD_H

#include "client/kept/kept_state.h"

/// Starts the thread. REQUIRES: the handle's mutex is held, and no thread runs. Returns 0 or a number of
/// errno.
int tw_kept_thread_start(tokenward_kept* kept);

/// Ends the thread and waits until it has ended. The handle's mutex must not be held.
void tw_kept_thread_stop(tokenward_kept* kept);

/// Has the thread ask the daemon now. REQUIRES: the handle's mutex is held.
void tw_kept_thread_wake(tokenward_kept* kept);

#endif
