// See exchange.h.
#include "client/exchange.h"

#include "client/http_response.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/// A handle keeps at most so much memory from one answer to the next.
enum { first_read = 8192, kept_capacity = 65536 };

static void hang_up(tokenward_client* client) {
    if (client->fd >= 0) close(client->fd);
    client->fd = -1;
}

static void forget(tokenward_client* client) {
    if (client->in.capacity > kept_capacity)
        tw_buffer_free(&client->in);
    else
        tw_buffer_clear(&client->in);
}

void tw_forget_answer(tokenward_client* client, struct tw_answer* answer) {
    forget(client);
    *answer = (struct tw_answer){0};
}

static bool build(tokenward_client* client, const struct tw_request* request) {
    struct tw_buffer* out = &client->out;
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

/// Receives until the buffer holds `size` bytes. Returns 0 or a number of errno.
static int fill(tokenward_client* client, size_t size, tw_instant deadline) {
    struct tw_buffer* in = &client->in;
    while (in->size < size) {
        size_t received = 0;
        if (!tw_buffer_reserve(in, size - in->size)) return ENOMEM;
        int error = tw_receive(client->fd, in->bytes + in->size, size - in->size, deadline, &received);
        if (error != 0) return error;
        in->size += received;
    }
    return 0;
}

/// Receives until the head of the answer is complete. Returns 0 or a number of errno; EBADMSG for what is no
/// head.
static int receive_head(tokenward_client* client, tw_instant deadline, struct tw_http_response* head) {
    struct tw_buffer* in = &client->in;
    for (;;) {
        size_t received = 0;
        if (!tw_buffer_reserve(in, first_read)) return ENOMEM;
        int error =
            tw_receive(client->fd, in->bytes + in->size, in->capacity - in->size, deadline, &received);
        if (error != 0) return error;
        in->size += received;
        enum tw_http_state state = tw_http_parse(head, in->bytes, in->size);
        if (state != TW_HTTP_MORE) return state == TW_HTTP_HEAD ? 0 : EBADMSG;
    }
}

/// Sends what was built and receives the answer. Returns 0 or a number of errno.
static int attempt(tokenward_client* client, const struct tw_request* request,
                   struct tw_http_response* head) {
    forget(client);
    *head = (struct tw_http_response){0};
    int error = tw_send(client->fd, client->out.bytes, client->out.size, request->deadline);
    if (error == 0) error = receive_head(client, request->deadline, head);
    if (error == 0 && head->body_size > request->limit - head->head_size) error = EMSGSIZE;
    if (error == 0) error = fill(client, head->head_size + head->body_size, request->deadline);
    return error;
}

/// Tries on the kept connection, and on a new one if there is none or it turns out to be dead. Trying again
/// is safe for every request but those marked `once`: none of them does more when it arrives twice.
static int converse(tokenward_client* client, const struct tw_request* request,
                    struct tw_http_response* head) {
    if (client->fd >= 0 && (request->once || !tw_is_quiet(client->fd))) hang_up(client);
    if (client->fd >= 0) {
        int error = attempt(client, request, head);
        bool dead = (error == ECONNRESET || error == EPIPE) && client->in.size == 0;
        if (!dead) return error;
        hang_up(client);
    }
    int error = tw_connect(client->socket, request->deadline, &client->fd);
    return error != 0 ? error : attempt(client, request, head);
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
    if (number == EACCES || number == EPERM)
        return tw_fail(client, tokenward_error_socket_denied, "no access to %s: %s", client->socket,
                       strerror(number));
    return tw_fail(client, tokenward_error_no_daemon, "no daemon at %s: %s", client->socket,
                   strerror(number));
}

int tw_exchange(tokenward_client* client, const struct tw_request* request, struct tw_answer* answer) {
    struct tw_http_response head;
    if (!build(client, request)) return tw_fail(client, tokenward_error_no_memory, "memory ran out");
    int number = converse(client, request, &head);
    if (request->once) tw_buffer_clear(&client->out); // what is good for one time is a secret
    if (number != 0) {
        bool connected = client->fd >= 0;
        hang_up(client); // a late answer must not be taken for that of the next request
        forget(client);
        return fail_by_errno(client, number, connected);
    }
    if (!head.keep_alive || client->in.size != head.head_size + head.body_size) hang_up(client);
    *answer = (struct tw_answer){.status = head.status,
                                 .waited = head.waited,
                                 .body = client->in.bytes + head.head_size,
                                 .body_size = head.body_size};
    if (head.status < 300 || (head.status == 304 && request->if_none_match != NULL)) return tokenward_ok;
    int error = tw_fail_as_told(client, answer);
    tw_forget_answer(client, answer);
    return error;
}
