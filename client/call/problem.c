// Errors by number and name, and the last problem of each thread.
#include "client/call/problem.h"

#include "client/bytes/json_fields.h"
#include "client/bytes/utf8.h"
#include "client/call/handle.h"
#include "common/errors.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct named_error {
    int error;
    const char* name;
    const char* title;
};

// A code that is new in common/errors.h does not compile here until it has a number in tokenward.h.
static const struct named_error named_errors[] = {
#define X(code, http_status, exit_status, title) {tokenward_error_##code, #code, title},
    TOKENWARD_ERRORS(X)
#undef X
        {tokenward_ok, "ok", "no error"},
    {tokenward_error_no_daemon, "no_daemon", "no daemon listens at the socket"},
    {tokenward_error_socket_denied, "socket_denied", "the socket's permissions keep this process out"},
    {tokenward_error_connection_lost, "connection_lost", "the connection to the daemon broke"},
    {tokenward_error_deadline, "deadline", "the daemon did not answer in time"},
    {tokenward_error_protocol, "protocol", "the daemon's answer can't be parsed"},
    {tokenward_error_invalid_argument, "invalid_argument", "the call is wrong"},
    {tokenward_error_no_memory, "no_memory", "out of memory or file descriptors"},
    {tokenward_error_not_held, "not_held", "no valid token is held at the moment"},
    {tokenward_again, "again", "the call is under way"},
    {tokenward_error_other, "other", "an error that this version does not know"},
};

static const struct named_error* find_error(int error) {
    const size_t count = sizeof named_errors / sizeof *named_errors;
    for (size_t i = 0; i < count; ++i)
        if (named_errors[i].error == error) return &named_errors[i];
    return &named_errors[count - 1];
}

const char* tokenward_strerror(int error) {
    return find_error(error)->title;
}

const char* tokenward_error_name(int error) {
    return find_error(error)->name;
}

/// The last call of this thread, on any handle.
static _Thread_local struct {
    const tokenward_client* client;
    tokenward_problem problem; ///< points to the two below
    char title[128];
    char detail[1024];
} last;

const tokenward_problem* tokenward_last_problem(const tokenward_client* client) {
    static const tokenward_problem none = {.retry_after = -1, .title = "no error", .detail = ""};
    return last.client == client && client != NULL ? &last.problem : &none;
}

static int set_problem(const tokenward_client* client, int error, const char* title, const char* detail) {
    tw_utf8_copy(last.title, sizeof last.title, title);
    tw_utf8_copy(last.detail, sizeof last.detail, detail);
    last.client = client;
    last.problem =
        (tokenward_problem){.error = error, .retry_after = -1, .title = last.title, .detail = last.detail};
    return error;
}

int tw_restore_problem(const tokenward_client* client, const tokenward_problem* problem) {
    set_problem(client, problem->error, problem->title, problem->detail);
    last.problem.retry_after = problem->retry_after;
    last.problem.http_status = problem->http_status;
    return problem->error;
}

void tw_clear_problem(const tokenward_client* client) {
    set_problem(client, tokenward_ok, tokenward_strerror(tokenward_ok), "");
}

int tw_fail(const tokenward_client* client, int error, const char* detail_format, ...) {
    char detail[sizeof last.detail];
    va_list arguments;
    va_start(arguments, detail_format);
    vsnprintf(detail, sizeof detail, detail_format, arguments);
    va_end(arguments);
    return set_problem(client, error, tokenward_strerror(error), detail);
}

int tw_fail_no_memory(const tokenward_client* client) {
    return tw_fail(client, tokenward_error_no_memory, "memory ran out");
}

int tw_fail_by_errno(const tokenward_client* client, int number, bool connected) {
    const char* socket = client->pool.socket;
    switch (number) {
    case ENOMEM: return tw_fail_no_memory(client);
    case ETIMEDOUT:
        return tw_fail(client, tokenward_error_deadline, "the daemon at %s did not %s in time", socket,
                       connected ? "answer" : "accept the connection");
    case EBADMSG:
        return tw_fail(client, tokenward_error_protocol, "the answer at %s is not HTTP from tokenwardd",
                       socket);
    case EMSGSIZE: return tw_fail(client, tokenward_error_protocol, "the answer of %s is too large", socket);
    default: break;
    }
    if (connected)
        return tw_fail(client, tokenward_error_connection_lost, "the daemon at %s hung up: %s", socket,
                       strerror(number));
    if (number == EMFILE || number == ENFILE || number == ENOBUFS)
        return tw_fail(client, tokenward_error_no_memory, "no connection to %s: %s", socket,
                       strerror(number));
    if (number == EACCES || number == EPERM)
        return tw_fail(client, tokenward_error_socket_denied, "no access to %s: %s", socket,
                       strerror(number));
    return tw_fail(client, tokenward_error_no_daemon, "no daemon at %s: %s", socket, strerror(number));
}

/// The members of a problem document.
struct told {
    const char* type;
    const char* title;
    const char* detail;
    long long retry_after;
};

static const struct tw_field told_fields[] = {
    {"type", TW_FIELD_TEXT, offsetof(struct told, type), NULL},
    {"title", TW_FIELD_TEXT, offsetof(struct told, title), NULL},
    {"detail", TW_FIELD_TEXT, offsetof(struct told, detail), NULL},
    {"retry_after", TW_FIELD_INTEGER, offsetof(struct told, retry_after), NULL},
    {0},
};

static int error_of_type(const char* type) {
    static const char prefix[] = "urn:tokenward:";
    if (strncmp(type, prefix, sizeof prefix - 1) != 0) return tokenward_error_other;
    const char* name = type + sizeof prefix - 1;
#define X(code, http_status, exit_status, title)                                                             \
    if (strcmp(name, #code) == 0) return tokenward_error_##code;
    TOKENWARD_ERRORS(X)
#undef X
    return tokenward_error_other;
}

int tw_fail_from_answer(const tokenward_client* client, int http_status, const char* body, size_t body_size) {
    struct tw_arena arena = {NULL};
    struct told told = {NULL, NULL, "", -1};
    bool good = tw_read_document(body, body_size, &arena, told_fields, &told);
    int error = tokenward_error_protocol;
    if (good && told.type != NULL) {
        error = error_of_type(told.type);
        set_problem(client, error, told.title != NULL ? told.title : tokenward_strerror(error), told.detail);
        if (told.retry_after >= 0 && told.retry_after <= LONG_MAX)
            last.problem.retry_after = (long)told.retry_after;
    } else {
        tw_fail(client, error, "the daemon at %s answered %d and did not say why", client->pool.socket,
                http_status);
    }
    last.problem.http_status = http_status;
    tw_arena_free(&arena);
    return error;
}
