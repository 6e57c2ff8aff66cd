// The thread's last problem. The texts of all failures are here.
#ifndef TOKENWARD_CLIENT_CALL_PROBLEM_H
#define TOKENWARD_CLIENT_CALL_PROBLEM_H

#include "client/tokenward.h"

#include <stdbool.h>
#include <stddef.h>

/// Begins a call: the thread has no problem.
void tw_clear_problem(const tokenward_client* client);

/// Ends a call with an error that the client found; returns it.
int tw_fail(const tokenward_client* client, int error, const char* detail_format, ...)
    __attribute__((format(printf, 3, 4)));

/// Ends a call because memory ran out; returns the error.
int tw_fail_no_memory(const tokenward_client* client);

/// Ends a call with a copy of a problem, made earlier; returns its error.
int tw_restore_problem(const tokenward_client* client, const tokenward_problem* problem);

/// Ends a call because of a number of errno; `connected` says whether there was a connection. Returns the
/// error.
int tw_fail_by_errno(const tokenward_client* client, int number, bool connected);

/// Ends a call with the problem that an answer of the daemon (problem+json, RFC 9457) describes; returns the
/// error.
int tw_fail_from_answer(const tokenward_client* client, int http_status, const char* body, size_t body_size);

#endif
