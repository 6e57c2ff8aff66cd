// The kept tokens of a handle, when it is closed and when the process is forked.
#ifndef TOKENWARD_CLIENT_KEPT_KEPT_API_H
#define TOKENWARD_CLIENT_KEPT_KEPT_API_H

#include "client/tokenward.h"

/// Ends all kept tokens of a handle.
void tw_kept_end_all(tokenward_client* client);

/// In the child of a fork: their threads don't exist there. REQUIRES: the handle's mutex is held.
void tw_kept_all_after_fork(tokenward_client* client);

#endif
