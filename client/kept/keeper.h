// The thread that keeps a token up to date.
#ifndef TOKENWARD_CLIENT_KEPT_KEEPER_H
#define TOKENWARD_CLIENT_KEPT_KEEPER_H

#include "client/kept/kept.h"

/// Starts the thread. REQUIRES: the handle's mutex is held, and no thread runs. Returns 0 or a number of
/// errno.
int tw_keeper_start(tokenward_kept* kept);

/// Ends the thread and waits until it has ended. The handle's mutex must not be held.
void tw_keeper_stop(tokenward_kept* kept);

/// Has the thread ask the daemon now. REQUIRES: the handle's mutex is held.
void tw_keeper_wake(tokenward_kept* kept);

#endif
