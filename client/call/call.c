// Sends a request and receives its answer, through failed connections and restarts of the daemon.
#include "client/call/call.h"

#include "client/call/problem.h"

#include <errno.h>
#include <poll.h>

enum { first_read = 8192, first_pause_ms = 5, longest_pause_ms = 200, most_retries = 3 };

/// Until when a daemon that is not there is tried again; 0 = not at all.
static tw_instant start_deadline(tokenward_client* client, const struct tw_request* request) {
    pthread_mutex_lock(&client->mutex);
    int wait = client->start_wait_ms;
    pthread_mutex_unlock(&client->mutex);
    if (wait < 0) return request->has_deadline ? request->deadline : 0;
    if (wait == 0) return 0;
    tw_instant end = tw_deadline_in(wait);
    return end < request->deadline ? end : request->deadline;
}

static void start_over(struct tw_call* call) {
    tw_hang_up(call->link);
    call->phase = TW_CONNECTING;
}

int tw_call_begin(struct tw_call* call, tokenward_client* client, const struct tw_request* request) {
    *call = (struct tw_call){.client = client,
                             .link = tw_lend_link(&client->pool),
                             .phase = TW_CONNECTING,
                             .limit = request->limit,
                             .deadline = request->deadline,
                             .start_deadline = start_deadline(client, request),
                             .pause_ms = first_pause_ms,
                             .not_repeatable = request->not_repeatable,
                             .takes_304 = request->if_none_match != NULL};
    if (call->link == NULL || !tw_write_request(&call->link->out, request)) {
        tw_call_end(call);
        return tw_fail_no_memory(client);
    }
    if (call->start_deadline != 0) call->retries = most_retries;
    if (call->link->fd < 0) return tokenward_ok;
    if (call->not_repeatable || !tw_is_quiet(call->link->fd))
        tw_hang_up(call->link);
    else
        call->phase = TW_SENDING;
    return tokenward_ok;
}

/// Tries to connect. A daemon that is not there, or too busy to accept, is tried again after a pause.
static int step_connect(struct tw_call* call) {
    tw_instant now = tw_now();
    if (now < call->next_try) return EAGAIN;
    int error = tw_connect(call->client->pool.socket, call->blocking ? call->deadline : 0, &call->link->fd);
    call->absent = error == ECONNREFUSED || error == ENOENT ? error : 0;
    if (error == 0) {
        call->fresh = true;
        call->phase = TW_SENDING;
        return 0;
    }
    if (error != EAGAIN && !(call->absent != 0 && now < call->start_deadline)) return error;
    call->next_try = now + call->pause_ms;
    call->pause_ms = call->pause_ms * 2 < longest_pause_ms ? call->pause_ms * 2 : longest_pause_ms;
    return EAGAIN;
}

static int step_send(struct tw_call* call) {
    struct tw_buffer* out = &call->link->out;
    if (call->sent == 0) call->sent_at = tw_boot_time();
    while (call->sent < out->size) {
        size_t sent = 0;
        int error = tw_send_some(call->link->fd, out->bytes + call->sent, out->size - call->sent, &sent);
        if (error != 0) return error;
        call->sent += sent;
    }
    if (call->not_repeatable) tw_buffer_clear(out); // it holds a passcode
    call->phase = TW_RECEIVING;
    return EAGAIN; // the answer can't be there yet, so receiving now would waste a system call
}

/// Returns 0 if the whole answer has come, EAGAIN if not yet, EBADMSG or EMSGSIZE if it can't be used.
static int parse(struct tw_call* call) {
    struct tw_buffer* in = &call->link->in;
    if (call->head.head_size == 0 && in->size != 0) {
        enum tw_http_state state = tw_http_parse(&call->head, in->bytes, in->size);
        if (state == TW_HTTP_BAD) return EBADMSG;
        if (state == TW_HTTP_MORE) return EAGAIN;
        if (call->head.body_size > call->limit - call->head.head_size) return EMSGSIZE;
    }
    return in->size != 0 && in->size >= call->head.head_size + call->head.body_size ? 0 : EAGAIN;
}

static int step_receive(struct tw_call* call) {
    struct tw_buffer* in = &call->link->in;
    for (;;) {
        size_t whole = call->head.head_size + call->head.body_size;
        size_t room = call->head.head_size == 0 ? first_read : whole - in->size;
        if (!tw_buffer_reserve(in, room)) return ENOMEM;
        if (call->head.head_size == 0) room = in->capacity - in->size;
        size_t received = 0;
        int error = tw_receive_some(call->link->fd, in->bytes + in->size, room, &received);
        if (error != 0) return error;
        in->size += received;
        error = parse(call);
        if (error != EAGAIN) return error;
    }
}

/// Uses up a retry and sets the pause before it. Only a call whose caller gave a deadline has retries.
static bool take_retry(struct tw_call* call) {
    if (call->retries == 0 || tw_now() >= call->start_deadline) return false;
    --call->retries;
    call->next_try = tw_deadline_in(call->pause_ms);
    return true;
}

/// Whether to send the request again after its connection broke. Unless it is marked `not_repeatable`, a
/// request has the same effect if it arrives twice.
static bool try_again(struct tw_call* call, int error) {
    if (call->phase == TW_CONNECTING || call->not_repeatable || call->link->stranded) return false;
    if (error != ECONNRESET && error != EPIPE) return false;
    if ((call->fresh || call->link->in.size != 0) && !take_retry(call)) return false;
    start_over(call);
    return true;
}

/// Whether the daemon answered 503 and closed, as it does while it ends: the one that is started next may
/// serve the request. A second such answer is an error, unless the caller gave a deadline.
static bool is_turned_away(struct tw_call* call) {
    if (call->head.status != 503 || call->head.keep_alive || call->not_repeatable) return false;
    if (call->turned_away) return take_retry(call);
    call->turned_away = true;
    return true;
}

static int step_once(struct tw_call* call) {
    switch (call->phase) {
    case TW_CONNECTING:
        call->sent = 0;
        call->head = (struct tw_http_response){0};
        tw_buffer_clear(&call->link->in);
        return step_connect(call);
    case TW_SENDING: return step_send(call);
    case TW_RECEIVING: break;
    }
    return step_receive(call);
}

int tw_call_step(struct tw_call* call) {
    for (;;) {
        enum tw_phase before = call->phase;
        int error = call->link->stranded ? ECONNRESET : step_once(call);
        if (error == 0 && before != TW_CONNECTING) {
            if (!is_turned_away(call)) return 0;
            start_over(call);
            continue;
        }
        if (error == EAGAIN && tw_now() < call->deadline) return EAGAIN;
        if (error == EAGAIN) return call->absent != 0 ? call->absent : ETIMEDOUT;
        if (error != 0 && !try_again(call, error)) return error;
    }
}

short tw_call_events(const struct tw_call* call) {
    switch (call->phase) {
    case TW_CONNECTING: return 0;
    case TW_SENDING: return POLLOUT;
    case TW_RECEIVING: break;
    }
    return POLLIN;
}

tw_instant tw_call_wake(const struct tw_call* call) {
    bool pausing = call->phase == TW_CONNECTING && call->next_try < call->deadline;
    return pausing ? call->next_try : call->deadline;
}

int tw_call_finish(struct tw_call* call, int number, struct tw_answer* answer) {
    tokenward_client* client = call->client;
    struct tw_link* link = call->link;
    if (number != 0) {
        bool connected = call->phase != TW_CONNECTING || link->stranded;
        tw_hang_up(link); // a late answer must not be taken for the next request's
        tw_call_end(call);
        return tw_fail_by_errno(client, number, connected);
    }
    size_t whole = call->head.head_size + call->head.body_size;
    if (!call->head.keep_alive || link->in.size != whole) tw_hang_up(link);
    *answer = (struct tw_answer){.status = call->head.status,
                                 .waited = call->head.waited,
                                 .body = link->in.bytes + call->head.head_size,
                                 .body_size = call->head.body_size};
    call->answered = true;
    if (answer->status < 300 || (answer->status == 304 && call->takes_304)) return tokenward_ok;
    int error = tw_fail_from_answer(client, answer->status, answer->body, answer->body_size);
    tw_call_end(call);
    return error;
}

void tw_call_end(struct tw_call* call) {
    if (call->link != NULL && !call->answered) tw_hang_up(call->link);
    if (call->link != NULL) tw_return_link(&call->client->pool, call->link);
    call->link = NULL;
}

int tw_exchange(struct tw_call* call, tokenward_client* client, const struct tw_request* request,
                struct tw_answer* answer) {
    int error = tw_call_begin(call, client, request);
    if (error != tokenward_ok) return error;
    call->blocking = true;
    int number = tw_call_step(call);
    while (number == EAGAIN) {
        number = tw_wait(call->link->fd, tw_call_events(call), tw_call_wake(call));
        if (number == 0) number = tw_call_step(call);
    }
    return tw_call_finish(call, number, answer);
}
