// One request on its way, advanced step by step; the blocking calls, the non-blocking calls and the kept
// tokens are built on it.
#ifndef TOKENWARD_CLIENT_CALL_CALL_H
#define TOKENWARD_CLIENT_CALL_CALL_H

#include "client/bytes/http_response.h"
#include "client/call/handle.h"
#include "client/call/request.h"

#include <stdbool.h>
#include <stddef.h>

/// An answer with a status of 2xx, or 304. It lies in a buffer of its call's connection.
struct tw_answer {
    int status;
    bool waited; ///< the daemon supports `Prefer: wait`, and did wait
    const char* body;
    size_t body_size;
};

enum tw_phase { TW_CONNECTING, TW_SENDING, TW_RECEIVING };

/// All zeroes is no call.
struct tw_call {
    tokenward_client* client;
    struct tw_link* link; ///< NULL = there is no call, or it has ended
    enum tw_phase phase;
    size_t limit;
    tw_instant deadline;
    tw_instant start_deadline; ///< until then, a daemon that is not there is tried again; 0 = not at all
    tw_instant next_try;       ///< while connecting: not before this
    int pause_ms;              ///< after the next try, before the one that follows it
    int retries;               ///< how often the request may still be sent again after its connection broke
    bool blocking;             ///< a step may wait in connect(2)
    bool not_repeatable;       ///< as in struct tw_request
    bool takes_304;
    bool turned_away; ///< a daemon that is ending has refused the request once
    bool fresh;       ///< the connection was opened for this call
    bool answered;    ///< completely, so that the connection can be used again
    int absent;       ///< why connect(2) found no daemon, a number of errno; 0 = it did not fail so
    size_t sent;
    tw_instant sent_at; ///< of CLOCK_BOOTTIME: just before the first byte was sent
    struct tw_http_response head;
};

/// Writes the request and borrows a connection. Sends nothing yet. Returns an enum tokenward_error.
int tw_call_begin(struct tw_call* call, tokenward_client* client, const struct tw_request* request);

/// Goes on as far as possible now. Returns EAGAIN: wait for tw_call_events() on the connection, until
/// tw_call_wake() at the latest; 0: the answer is there; any other number of errno: the call has failed.
int tw_call_step(struct tw_call* call);

/// What poll(2) is to wait for; 0 = only for tw_call_wake().
short tw_call_events(const struct tw_call* call);

/// When the next step is due even if nothing happens on the connection.
tw_instant tw_call_wake(const struct tw_call* call);

/// Ends the steps: `number` is what the last one returned. On success the answer is valid until
/// tw_call_end(); after an error the call has ended. Returns an enum tokenward_error, with the thread's
/// problem filled in.
int tw_call_finish(struct tw_call* call, int number, struct tw_answer* answer);

/// All of the above: sends the request and waits for its answer, which is valid until tw_call_end(). After an
/// error, tw_call_end() may be called but need not. Returns an enum tokenward_error, with the thread's
/// problem filled in.
int tw_exchange(struct tw_call* call, tokenward_client* client, const struct tw_request* request,
                struct tw_answer* answer);

/// Ends a call at any point. Returns the connection, closed if an answer could still arrive.
void tw_call_end(struct tw_call* call);

#endif
