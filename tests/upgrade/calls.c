// Every call of the client library, made as a program that was built for an earlier version makes it:
// compiled with that version's header, and linked to its library, or to the one of today.
//
// calls SOCKET PASSCODE: with the daemon of client_test.py. calls SOCKET: with a daemon of the future, which
// says more than this version knows.
#include <tokenward.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(bool holds, int line, const char* what, tokenward_client* client) {
    if (holds) return;
    const tokenward_problem* problem = tokenward_last_problem(client);
    fprintf(stderr, "calls.c:%d: not so: %s (last problem: %s, status %d: %s)\n", line, what,
            tokenward_error_name(problem->error), problem->http_status, problem->detail);
    ++failures;
}
#define CHECK(holds) check((holds), __LINE__, #holds, client)

static bool is_fingerprint(const char* text) {
    return strncmp(text, "sha256:", 7) == 0 && strlen(text) == 7 + 16;
}

static tokenward_token* get(tokenward_client* client, const char* scope) {
    tokenward_token* token = NULL;
    CHECK(tokenward_get(client, "ci", scope, NULL, &token) == tokenward_ok);
    if (token != NULL) return token;
    fprintf(stderr, "no token for %s: nothing more can be tried\n", scope);
    exit(1);
}

/// Goes on until it has ended, as an event loop does.
static int finish(tokenward_pending* pending) {
    int error;
    while ((error = tokenward_pending_advance(pending)) == tokenward_again) {
        struct pollfd entry = {tokenward_pending_fd(pending), (short)tokenward_pending_events(pending), 0};
        poll(&entry, 1, tokenward_pending_timeout(pending));
    }
    return error;
}

static void getting(tokenward_client* client) {
    tokenward_token* token = get(client, "eu-de");
    CHECK(strlen(token->token) == token->token_size && token->token_size > 100);
    CHECK(is_fingerprint(token->fingerprint));
    CHECK(strcmp(token->identity, "ci") == 0 && strcmp(token->scope, "eu-de") == 0);
    CHECK(strlen(token->issued_at) >= 20 && strlen(token->expires_at) >= 20);
    CHECK(token->expires_in > 80000 && token->expires_in <= 86400);
    CHECK(strlen(token->document) == token->document_size && token->document[0] == '{');

    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.min_ttl = 3600;
    options.max_wait = 5;
    options.deadline_ms = 10000;
    tokenward_token* again = NULL;
    CHECK(tokenward_get(client, "ci", "eu-de", &options, &again) == tokenward_ok);
    CHECK(again != NULL && strcmp(again->token, token->token) == 0);
    tokenward_token_free(again);
    options.min_ttl = 1000000;
    CHECK(tokenward_get(client, "ci", "eu-de", &options, &again) == tokenward_error_bad_request);
    CHECK(tokenward_last_problem(client)->http_status == 400);
    CHECK(strstr(tokenward_last_problem(client)->detail, "min_ttl") != NULL);
    CHECK(tokenward_get(client, "ci", "project:nowhere", NULL, &again) == tokenward_error_no_such_resource);
    CHECK(tokenward_get(client, "nobody", "eu-de", NULL, &again) == tokenward_error_unknown_identity);
    CHECK(tokenward_get(client, "ci", "no such form", NULL, &again) == tokenward_error_bad_request);

    tokenward_pending* pending = NULL;
    CHECK(tokenward_start_get(client, "ci", "eu-de", NULL, &pending) == tokenward_ok);
    CHECK(finish(pending) == tokenward_ok);
    tokenward_token* pended = tokenward_pending_token(pending);
    CHECK(pended != NULL && strcmp(pended->token, token->token) == 0);
    tokenward_token_free(pended);
    tokenward_pending_free(pending);

    tokenward_token* renewed = NULL;
    CHECK(tokenward_renew(client, "ci", "eu-de", 0, &renewed) == tokenward_ok);
    CHECK(renewed != NULL && strcmp(renewed->token, token->token) != 0);
    CHECK(tokenward_renew(client, "ci", "eu-de", 0, NULL) == tokenward_error_too_many_requests);
    CHECK(tokenward_last_problem(client)->retry_after > 0);
    tokenward_token_free(renewed);
    tokenward_token_free(token);
}

static void refusing(tokenward_client* client) {
    static const char body[] = "{\"error_code\":\"APIG.0307\"}";
    char current[TOKENWARD_FINGERPRINT_SIZE] = "?";
    int verdict = -1;
    tokenward_token* token = get(client, "eu-nl");
    CHECK(tokenward_report(client, "ci", "eu-nl", token->fingerprint, 403, "no", 2, 0, &verdict, current) ==
          tokenward_ok);
    CHECK(verdict == tokenward_verdict_not_about_the_token && strcmp(current, token->fingerprint) == 0);
    CHECK(tokenward_report(client, "ci", "eu-nl", token->fingerprint, 401, body, sizeof body - 1, 0, &verdict,
                           current) == tokenward_ok);
    CHECK(verdict == tokenward_verdict_invalidated);
    tokenward_token* next = get(client, "eu-nl");
    CHECK(strcmp(next->token, token->token) != 0);

    tokenward_pending* pending = NULL;
    CHECK(tokenward_start_report(client, "ci", "eu-nl", token->fingerprint, 401, body, sizeof body - 1, 0,
                                 &pending) == tokenward_ok);
    CHECK(finish(pending) == tokenward_ok);
    CHECK(tokenward_pending_verdict(pending, current) == tokenward_verdict_already_replaced);
    CHECK(strcmp(current, next->fingerprint) == 0);
    tokenward_pending_free(pending);
    tokenward_token_free(token);
    tokenward_token_free(next);

    token = get(client, "staging");
    CHECK(tokenward_invalidate(client, "ci", "staging", "sha256:0123456789abcdef", 0) ==
          tokenward_error_precondition_failed);
    CHECK(tokenward_invalidate(client, "ci", "staging", token->fingerprint, 0) == tokenward_ok);
    tokenward_token_free(token);
    tokenward_token_free(get(client, "staging"));
}

static void watching(tokenward_client* client) {
    tokenward_token* token = NULL;
    CHECK(tokenward_watch(client, "ci", "global", NULL, 1, 0, &token) == tokenward_ok && token != NULL);
    if (token == NULL) return;
    tokenward_token* next = token;
    CHECK(tokenward_watch(client, "ci", "global", token->fingerprint, 1, 0, &next) == tokenward_ok);
    CHECK(next == NULL);
    tokenward_pending* pending = NULL;
    CHECK(tokenward_start_watch(client, "ci", "global", token->fingerprint, 30, 0, &pending) == tokenward_ok);
    CHECK(tokenward_pending_advance(pending) == tokenward_again);
    CHECK(tokenward_invalidate(client, "ci", "global", NULL, 0) == tokenward_ok);
    CHECK(finish(pending) == tokenward_ok);
    next = tokenward_pending_token(pending);
    CHECK(next != NULL && strcmp(next->token, token->token) != 0);
    tokenward_pending_free(pending);
    tokenward_token_free(next);
    tokenward_token_free(token);
}

static void keeping(tokenward_client* client, const char* scope) {
    tokenward_kept* kept = NULL;
    CHECK(tokenward_keep(client, "ci", scope, &kept) == tokenward_ok);
    CHECK(tokenward_kept_wait(kept, 20000) == tokenward_ok);
    char text[4096], fingerprint[TOKENWARD_FINGERPRINT_SIZE];
    size_t size = 0;
    CHECK(tokenward_kept_get(kept, text, 1, &size, NULL) == tokenward_error_too_large && size > 100);
    CHECK(tokenward_kept_get(kept, text, sizeof text, &size, fingerprint) == tokenward_ok);
    CHECK(strlen(text) == size && is_fingerprint(fingerprint));
    tokenward_kept_end(kept);
}

static void looking_up(tokenward_client* client) {
    char* url = NULL;
    CHECK(tokenward_endpoint(client, "ci", "eu-de", "compute", NULL, NULL, 0, &url) == tokenward_ok);
    CHECK(url != NULL && strncmp(url, "http", 4) == 0);
    tokenward_free_text(url);
    CHECK(tokenward_endpoint(client, "ci", "eu-de", "no-such-service", "public", "eu-de", 0, &url) ==
          tokenward_error_no_such_resource);
}

static void logging_in(tokenward_client* client, const char* passcode) {
    tokenward_token* token = NULL;
    CHECK(tokenward_get(client, "person", "eu-de", NULL, &token) == tokenward_error_passcode_required);
    CHECK(tokenward_passcode(client, "ci", "123456", 0) == tokenward_error_bad_request);
    CHECK(tokenward_passcode(client, "person", passcode, 0) == tokenward_ok);
    CHECK(tokenward_get(client, "person", "eu-de", NULL, &token) == tokenward_ok);
    tokenward_token_free(token);
}

static void without_a_daemon(void) {
    tokenward_client* client = NULL;
    if (tokenward_open("/nowhere/tokenward.sock", &client) != tokenward_ok) exit(1);
    tokenward_set_start_wait(client, 50);
    tokenward_token* token = NULL;
    CHECK(tokenward_get(client, "ci", "eu-de", NULL, &token) == tokenward_error_no_daemon);
    CHECK(strcmp(tokenward_socket(client), "/nowhere/tokenward.sock") == 0);
    CHECK(tokenward_strerror(tokenward_error_no_daemon)[0] != '\0');
    CHECK(strcmp(tokenward_error_name(tokenward_error_iam_unavailable), "iam_unavailable") == 0);
    tokenward_close(client);
}

/// Members, headers and words that this version does not know are no errors.
static void in_the_future(tokenward_client* client) {
    tokenward_token* token = get(client, "eu-de");
    CHECK(strcmp(token->scope, "eu-de") == 0 && is_fingerprint(token->fingerprint));
    CHECK(strstr(token->document, "\"of_the_future\"") != NULL);
    int verdict = -1;
    char current[TOKENWARD_FINGERPRINT_SIZE];
    CHECK(tokenward_report(client, "ci", "eu-de", token->fingerprint, 401, NULL, 0, 0, &verdict, current) ==
          tokenward_ok);
    CHECK(verdict == tokenward_verdict_other && is_fingerprint(current));
    tokenward_token* none = NULL;
    CHECK(tokenward_get(client, "ci", "refused", NULL, &none) == tokenward_error_other);
    CHECK(tokenward_last_problem(client)->http_status == 418);
    CHECK(tokenward_last_problem(client)->retry_after == 7);
    CHECK(strcmp(tokenward_last_problem(client)->detail, "what a later version says") == 0);
    char* url = NULL;
    CHECK(tokenward_endpoint(client, "ci", "eu-de", "compute", NULL, NULL, 0, &url) == tokenward_ok);
    CHECK(url != NULL && strcmp(url, "http://127.0.0.1:1/") == 0);
    tokenward_free_text(url);
    tokenward_token_free(token);
    keeping(client, "eu-de");
}

int main(int count, char** arguments) {
    if (count < 2) return 2;
    tokenward_client* client = NULL;
    if (tokenward_open(arguments[1], &client) != tokenward_ok) return 1;
    if (count == 2) {
        in_the_future(client);
    } else {
        getting(client);
        refusing(client);
        watching(client);
        keeping(client, "eu-de");
        looking_up(client);
        logging_in(client, arguments[2]);
        without_a_daemon();
    }
    tokenward_close(client);
    printf("%s: %d failures\n", tokenward_version(), failures);
    return failures == 0 ? 0 : 1;
}
