// See call.h.
#include "client/call.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { first_read = 8192, first_pause_ms = 5, longest_pause_ms = 200, chances_with_patience = 3 };

static bool build(struct tw_buffer* out, const struct tw_request* request) {
    tw_buffer_clear(out);
    tw_buffer_append_format(out, "%s ", request->method);
    if (request->identity != NULL) tw_append_token_path(out, request->identity, request->scope);
    if (request->tail != NULL) tw_buffer_append_text(out, request->tail);
    tw_buffer_append_text(out, " HTTP/1.1\r\nHost: tokenward\r\nAccept: application/json\r\n");
    if (request->if_match != NULL) tw_buffer_append_format(out, "If-Match: \"%s\"\r\n", request->if_match);
    if (request->if_none_match != NULL)
        tw_buffer_append_format(out, "If-None-Match: \"%s\"\r\n", request->if_none_match);
    if (request->wait_s > 0) tw_buffer_append_format(out, "Prefer: wait=%d\r\n", request->wait_s);
    if (request->body != NULL)
        tw_buffer_append_format(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                                request->body_size);
    tw_buffer_append_text(out, "\r\n");
    tw_buffer_append(out, request->body, request->body_size);
    return !out->failed;
}

static void start_over(struct tw_call* call) {
    tw_hang_up(call->link);
    call->phase = TW_CONNECTING;
}

int tw_call_begin(struct tw_call* call, tokenward_client* client, const struct tw_request* request) {
    *call = (struct tw_call){.client = client,
                             .link = tw_lend_link(client),
                             .phase = TW_CONNECTING,
                             .limit = request->limit,
                             .deadline = request->deadline,
                             .start_deadline = tw_start_deadline(client, request),
                             .pause_ms = first_pause_ms,
                             .once = request->once,
                             .takes_304 = request->if_none_match != NULL};
    if (call->link == NULL || !build(&call->link->out, request)) {
        tw_call_end(call);
        return tw_fail(client, tokenward_error_no_memory, "memory ran out");
    }
    if (call->start_deadline != 0) call->chances = chances_with_patience;
    if (call->link->fd < 0) return tokenward_ok;
    if (call->once || !tw_is_quiet(call->link->fd))
        tw_hang_up(call->link);
    else
        call->phase = TW_SENDING;
    return tokenward_ok;
}

/// Tries to connect. A daemon that is not there, or too busy to accept, is tried again after a pause.
static int step_connect(struct tw_call* call) {
    tw_instant now = tw_deadline_in(0);
    if (now < call->next_try) return EAGAIN;
    int error = tw_connect(call->client->socket, call->blocking ? call->deadline : 0, &call->link->fd);
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
    if (call->once) tw_buffer_clear(out); // what is good for one time is a secret
    call->phase = TW_RECEIVING;
    return EAGAIN; // an answer is never there already: to look would be a wasted system call
}

/// Whether the whole answer has come; EBADMSG for what is none.
static int look(struct tw_call* call) {
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
        error = look(call);
        if (error != EAGAIN) return error;
    }
}

/// For a caller who has given a deadline: a pause, and one more attempt of the few that there are within it.
static bool take_chance(struct tw_call* call) {
    if (call->chances == 0 || tw_deadline_in(0) >= call->start_deadline) return false;
    --call->chances;
    call->next_try = tw_deadline_in(call->pause_ms);
    return true;
}

/// Whether to send the request once more after its connection broke. That is safe for every request but those
/// marked `once`: none of them does more when it arrives twice.
static bool try_again(struct tw_call* call, int error) {
    if (call->phase == TW_CONNECTING || call->once || call->link->stranded) return false;
    if (error != ECONNRESET && error != EPIPE) return false;
    if ((call->fresh || call->link->in.size != 0) && !take_chance(call)) return false;
    start_over(call);
    return true;
}

/// The daemon has let go of a caller that it could not serve, as it does when it ends: its successor may.
/// After that it is believed, unless there is a deadline to go by.
static bool says_goodbye(struct tw_call* call) {
    if (call->head.status != 503 || call->head.keep_alive || call->once) return false;
    if (call->parted) return take_chance(call);
    call->parted = true;
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
            if (!says_goodbye(call)) return 0;
            start_over(call);
            continue;
        }
        if (error == EAGAIN && tw_deadline_in(0) < call->deadline) return EAGAIN;
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

/// Puts a failure of the conversation into words.
static int fail_by_errno(tokenward_client* client, int number, bool connected) {
    switch (number) {
    case ENOMEM: return tw_fail(client, tokenward_error_no_memory, "memory ran out");
    case ETIMEDOUT:
        return tw_fail(client, tokenward_error_deadline, "the daemon at %s did not %s in time",
                       client->socket, connected ? "answer" : "accept the connection");
    case EBADMSG:
        return tw_fail(client, tokenward_error_protocol,
                       "what answers at %s does not speak the daemon's language", client->socket);
    case EMSGSIZE:
        return tw_fail(client, tokenward_error_protocol, "the answer of %s is too large", client->socket);
    default: break;
    }
    if (connected)
        return tw_fail(client, tokenward_error_connection_lost, "the daemon at %s hung up: %s",
                       client->socket, strerror(number));
    if (number == EMFILE || number == ENFILE || number == ENOBUFS)
        return tw_fail(client, tokenward_error_no_memory, "no connection to %s: %s", client->socket,
                       strerror(number));
    if (number == EACCES || number == EPERM)
        return tw_fail(client, tokenward_error_socket_denied, "no access to %s: %s", client->socket,
                       strerror(number));
    return tw_fail(client, tokenward_error_no_daemon, "no daemon at %s: %s", client->socket,
                   strerror(number));
}

int tw_call_finish(struct tw_call* call, int number, struct tw_answer* answer) {
    tokenward_client* client = call->client;
    struct tw_link* link = call->link;
    if (number != 0) {
        bool connected = call->phase != TW_CONNECTING || link->stranded;
        tw_hang_up(link); // a late answer must not be taken for that of the next request
        tw_call_end(call);
        return fail_by_errno(client, number, connected);
    }
    size_t whole = call->head.head_size + call->head.body_size;
    if (!call->head.keep_alive || link->in.size != whole) tw_hang_up(link);
    *answer = (struct tw_answer){.status = call->head.status,
                                 .waited = call->head.waited,
                                 .body = link->in.bytes + call->head.head_size,
                                 .body_size = call->head.body_size,
                                 .link = link};
    call->answered = true;
    if (answer->status < 300 || (answer->status == 304 && call->takes_304)) return tokenward_ok;
    int error = tw_fail_as_told(client, answer);
    tw_call_end(call);
    return error;
}

void tw_call_end(struct tw_call* call) {
    if (call->link != NULL && !call->answered) tw_hang_up(call->link);
    if (call->link != NULL) tw_return_link(call->client, call->link);
    call->link = NULL;
}
