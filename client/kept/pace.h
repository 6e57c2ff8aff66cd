// How long the thread of a kept token waits before it asks again.
#ifndef TOKENWARD_CLIENT_KEPT_PACE_H
#define TOKENWARD_CLIENT_KEPT_PACE_H

#include "client/connection/connection.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TW_FIRST_FAILURE_PAUSE_MS = 10 };

/// The pause after the next failure. It grows with each failure; an answer sets it back to
/// TW_FIRST_FAILURE_PAUSE_MS.
struct tw_pace {
    int failure_pause_ms;
};

/// After an answer of a daemon that does not support `Prefer: wait`: a share of the time that the token has
/// left.
int tw_poll_pause(tw_instant left_ms);

/// After a failure: `error` and `retry_after` (seconds, -1 = not said) are those of its problem.
int tw_failure_pause(struct tw_pace* pace, int error, long retry_after);

/// `value`, but not less than `least` nor more than `most`.
tw_instant tw_bounded(tw_instant value, tw_instant least, tw_instant most);

#ifdef __cplusplus
}
#endif

#endif
