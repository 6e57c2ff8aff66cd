// One request under way, step by step: what blocking calls, the non-blocking form and kept tokens have in
// common.
#ifndef TOKENWARD_CLIENT_CALL_H
#define TOKENWARD_CLIENT_CALL_H

#include "client/bytes/http_response.h"
#include "client/connection.h"
#include "client/exchange.h"
#include "client/handle.h"

#include <stdbool.h>
#include <stddef.h>

enum tw_phase { TW_CONNECTING, TW_SENDING, TW_RECEIVING };

/// All zeroes is no call.
struct tw_call {
    tokenward_client* client;
    struct tw_link* link; ///< NULL = no call, or its end
    enum tw_phase phase;
    size_t limit;
    tw_instant deadline;
    tw_instant start_deadline; ///< until then a daemon that is not there is tried again
    tw_instant next_try;       ///< while connecting: not before
    int pause_ms;              ///< before the next try but one
    int chances;               ///< how often the request may be sent again after a connection broke
    bool blocking;             ///< a step may wait, in connect(2)
    bool once;                 ///< see struct tw_request
    bool takes_304;
    bool parted;   ///< a daemon has said goodbye already
    bool fresh;    ///< the connection was opened for this call
    bool answered; ///< wholly, so that the connection can serve the next one
    int absent;    ///< what connect said of a daemon that is not there; a number of errno
    size_t sent;
    tw_instant sent_at; ///< of CLOCK_BOOTTIME: just before the first byte went out
    struct tw_http_response head;
};

/// Builds the request and borrows a connection. Sends nothing yet. Returns an enum tokenward_error.
int tw_call_begin(struct tw_call* call, tokenward_client* client, const struct tw_request* request);

/// Goes on as far as is possible now. Returns EAGAIN: wait for tw_call_events() on the connection, until
/// tw_call_wake() at the longest; 0: the answer is there; else the call has failed.
int tw_call_step(struct tw_call* call);

/// What poll(2) is to wait for; 0 = for time alone.
short tw_call_events(const struct tw_call* call);

/// When the next step is due even if the connection stays silent.
tw_instant tw_call_wake(const struct tw_call* call);

/// Takes what the last step returned for an end. On success the answer belongs to the call until
/// tw_call_end(); after an error the call has ended. Returns an enum tokenward_error, put into words.
int tw_call_finish(struct tw_call* call, int number, struct tw_answer* answer);

/// Ends a call, done or not: gives the connection back, closed if an answer may yet come.
void tw_call_end(struct tw_call* call);

#endif
