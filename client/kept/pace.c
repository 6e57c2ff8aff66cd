// Decides how long the thread of a kept token waits.
#include "client/kept/pace.h"

#include "client/tokenward.h"

enum {
    longest_pause_ms = 1000,
    longest_lasting_pause_ms = 5000,
    shortest_poll_ms = 200,
    longest_poll_ms = 10000,
};

tw_instant tw_bounded(tw_instant value, tw_instant least, tw_instant most) {
    return value < least ? least : value > most ? most : value;
}

/// Whether somebody has to act before asking again helps. From all other errors the daemon recovers by
/// itself.
static bool is_lasting(int error) {
    switch (error) {
    case tokenward_error_iam_unavailable:
    case tokenward_error_iam_protocol:
    case tokenward_error_timeout:
    case tokenward_error_internal: return false;
    default: return error < tokenward_error_no_daemon;
    }
}

int tw_poll_pause(tw_instant left_ms) {
    return (int)tw_bounded(left_ms / 10, shortest_poll_ms, longest_poll_ms);
}

int tw_failure_pause(struct tw_pace* pace, int error, long retry_after) {
    int pause = pace->failure_pause_ms;
    int longest = is_lasting(error) ? longest_lasting_pause_ms : longest_pause_ms;
    pace->failure_pause_ms = (int)tw_bounded((tw_instant)pause * 2, TW_FIRST_FAILURE_PAUSE_MS, longest);
    if (retry_after > 0 && error == tokenward_error_too_many_requests)
        pause = (int)tw_bounded(retry_after * 1000L, pause, longest_lasting_pause_ms);
    return pause;
}
