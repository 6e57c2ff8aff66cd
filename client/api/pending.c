// The non-blocking calls: tokenward_start_*() and tokenward_pending_*().
#include "client/call/problem.h"
#include "client/call/token.h"
#include "client/call/token_calls.h"
#include "client/kept/reports.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum kind { GETTING, WATCHING, REPORTING };

struct tokenward_pending {
    tokenward_client* client;
    enum kind kind;
    int state; ///< tokenward_again until the call has ended, then its error
    struct tw_call call;
    tw_instant resume; ///< when to advance at the latest; 0 before the first step

    char* identity;
    char* scope;
    char fingerprint[TOKENWARD_FINGERPRINT_SIZE]; ///< of a watch or a report; "" = none
    tw_instant wait_end;                          ///< of a watch
    tw_instant deadline;
    bool has_deadline;

    tokenward_token* token;
    bool reporting; ///< tw_report_begins() was called
    int verdict;
    char current[TOKENWARD_FINGERPRINT_SIZE];
};

static tokenward_pending* make(tokenward_client* client, enum kind kind, const struct tw_request* request,
                               const char* fingerprint) {
    tokenward_pending* made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    made->client = client;
    made->kind = kind;
    made->state = tokenward_again;
    made->deadline = request->deadline;
    made->has_deadline = request->has_deadline;
    made->identity = strdup(request->identity);
    made->scope = strdup(request->scope);
    if (fingerprint != NULL)
        strcpy(made->fingerprint, fingerprint); // tw_is_fingerprint() has checked its length
    return made;
}

/// Begins the request; its texts are copied.
static int start(tokenward_client* client, enum kind kind, const struct tw_request* request,
                 const char* fingerprint, tokenward_pending** pending) {
    tokenward_pending* made = make(client, kind, request, fingerprint);
    if (made == NULL || made->identity == NULL || made->scope == NULL) {
        tokenward_pending_free(made);
        return tw_fail_no_memory(client);
    }
    int error = tw_call_begin(&made->call, client, request);
    if (error != tokenward_ok) {
        tokenward_pending_free(made);
        return error;
    }
    *pending = made;
    return tokenward_ok;
}

int tokenward_start_get(tokenward_client* client, const char* identity, const char* scope,
                        const tokenward_get_options* options, tokenward_pending** pending) {
    char query[TW_QUERY_SIZE];
    struct tw_request request;
    int error = tw_make_get(client, identity, scope, options, query, &request);
    return error != tokenward_ok ? error : start(client, GETTING, &request, NULL, pending);
}

int tokenward_start_watch(tokenward_client* client, const char* identity, const char* scope,
                          const char* fingerprint, int wait_s, int deadline_ms, tokenward_pending** pending) {
    struct tw_request request;
    int error = tw_make_watch(client, identity, scope, fingerprint, wait_s, deadline_ms, &request);
    if (error == tokenward_ok) error = start(client, WATCHING, &request, fingerprint, pending);
    if (error != tokenward_ok) return error;
    tw_instant end = tw_deadline_in(wait_s * 1000);
    (*pending)->wait_end = end < request.deadline ? end : request.deadline;
    return tokenward_ok;
}

int tokenward_start_report(tokenward_client* client, const char* identity, const char* scope,
                           const char* fingerprint, int status, const void* body, size_t body_size,
                           int deadline_ms, tokenward_pending** pending) {
    const struct tw_refusal refusal = {fingerprint, status, body, body_size};
    struct tw_buffer report_body = {0};
    struct tw_request request;
    int error = tw_make_report(client, identity, scope, &refusal, deadline_ms, &report_body, &request);
    if (error == tokenward_ok) error = start(client, REPORTING, &request, fingerprint, pending);
    tw_buffer_free(&report_body);
    if (error != tokenward_ok) return error;
    tw_report_begins(client, fingerprint);
    (*pending)->reporting = true;
    return tokenward_ok;
}

static void end_report(tokenward_pending* pending, int error) {
    if (pending->reporting)
        tw_report_ends(pending->client, pending->fingerprint, tw_is_gone(error, pending->verdict));
    pending->reporting = false;
}

/// The token is the same. A daemon that did not wait is asked again after a pause.
static int unchanged(tokenward_pending* pending, bool waited) {
    if (waited || tw_now() >= pending->wait_end) return tokenward_ok;
    tw_instant next = tw_deadline_in(TW_POLL_PERIOD_MS);
    pending->resume = next < pending->wait_end ? next : pending->wait_end;
    return tokenward_again;
}

static int ask_again(tokenward_pending* pending) {
    if (tw_now() < pending->resume) return tokenward_again;
    tw_instant left = pending->wait_end - tw_now();
    const struct tw_request request = {.method = "GET",
                                       .identity = pending->identity,
                                       .scope = pending->scope,
                                       .if_none_match = pending->fingerprint,
                                       .wait_s = left <= 0 ? 0 : (int)((left + 999) / 1000),
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = pending->deadline,
                                       .has_deadline = pending->has_deadline};
    return tw_call_begin(&pending->call, pending->client, &request);
}

static int read_answer(tokenward_pending* pending, const struct tw_answer* answer) {
    if (pending->kind == REPORTING)
        return tw_take_verdict(pending->client, answer, &pending->verdict, pending->current);
    if (answer->status == 304) return unchanged(pending, answer->waited);
    int error = tw_take_token(pending->client, pending->identity, pending->scope, answer, &pending->token);
    if (error != tokenward_ok || pending->kind != WATCHING) return error;
    if (strcmp(pending->token->fingerprint, pending->fingerprint) != 0) return tokenward_ok;
    tokenward_token_free(pending->token); // the daemon ignores If-None-Match
    pending->token = NULL;
    return unchanged(pending, false);
}

int tokenward_pending_advance(tokenward_pending* pending) {
    if (pending->state != tokenward_again) return pending->state;
    tw_clear_problem(pending->client);
    if (pending->call.link == NULL) { // a watch between two requests
        int error = ask_again(pending);
        if (error == tokenward_again) return error;
        if (error != tokenward_ok) return pending->state = error;
    }
    struct tw_answer answer;
    int number = tw_call_step(&pending->call);
    if (number == EAGAIN) {
        pending->resume = tw_call_wake(&pending->call);
        return tokenward_again;
    }
    int error = tw_call_finish(&pending->call, number, &answer);
    if (error == tokenward_ok) error = read_answer(pending, &answer);
    tw_call_end(&pending->call);
    pending->state = error;
    if (error != tokenward_again) end_report(pending, error);
    return error;
}

int tokenward_pending_fd(const tokenward_pending* pending) {
    return tokenward_pending_events(pending) != 0 ? pending->call.link->fd : -1;
}

int tokenward_pending_events(const tokenward_pending* pending) {
    bool under_way = pending->state == tokenward_again && pending->call.link != NULL;
    return under_way && pending->call.link->fd >= 0 ? tw_call_events(&pending->call) : 0;
}

int tokenward_pending_timeout(const tokenward_pending* pending) {
    tw_instant left = pending->resume - tw_now();
    if (pending->state != tokenward_again || left <= 0) return 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

tokenward_token* tokenward_pending_token(tokenward_pending* pending) {
    tokenward_token* token = pending->token;
    pending->token = NULL;
    return token;
}

int tokenward_pending_verdict(const tokenward_pending* pending, char* current) {
    if (current != NULL) memcpy(current, pending->current, sizeof pending->current);
    return pending->verdict;
}

void tokenward_pending_free(tokenward_pending* pending) {
    if (pending == NULL) return;
    tw_call_end(&pending->call);
    end_report(pending, tokenward_error_connection_lost);
    tokenward_token_free(pending->token);
    free(pending->identity);
    free(pending->scope);
    free(pending);
}
