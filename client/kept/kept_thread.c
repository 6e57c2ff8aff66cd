// The thread that keeps a token up to date.
#include "client/kept/kept_thread.h"

#include "client/call/call.h"
#include "client/call/problem.h"
#include "client/call/token.h"
#include "client/kept/pace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

enum {
    wait_s = 300,     ///< how long the daemon may wait before it answers
    call_ms = 340000, ///< for a call with such a wait and a fetch after it
    prompt_ms = 250,  ///< an answer that took longer may have been read long after it was sent
    stack_size = 256 * 1024,
};

static bool is_stopping(tokenward_kept* kept) {
    pthread_mutex_lock(&kept->client->mutex);
    bool stopping = kept->stopping;
    pthread_mutex_unlock(&kept->client->mutex);
    return stopping;
}

/// Waits for `events` on `fd`, for a wake-up, or until `when`. Returns whether there was a wake-up.
static bool wait_or_wake(const tokenward_kept* kept, int fd, short events, tw_instant when) {
    struct pollfd entries[] = {{.fd = kept->wake, .events = POLLIN},
                               {.fd = events != 0 ? fd : -1, .events = events}};
    tw_instant left = when - tw_now();
    if (poll(entries, 2, left <= 0 ? 0 : (int)left) <= 0 || entries[0].revents == 0) return false;
    eventfd_t count;
    eventfd_read(kept->wake, &count);
    return true;
}

/// How an attempt has ended.
struct outcome {
    int error;              ///< enum tokenward_error
    tokenward_token* token; ///< NULL: unchanged; the kept token has it after note()
    bool waited;            ///< the daemon supports `Prefer: wait`
    bool repeated;          ///< it gave the token that was kept already: it ignores If-None-Match
    tw_instant sent_at;     ///< of CLOCK_BOOTTIME
};

/// Asks for another token than `fingerprint` ("" = for any). False: the thread is to end.
static bool ask(tokenward_kept* kept, const char* fingerprint, struct outcome* outcome) {
    *outcome = (struct outcome){0};
    const struct tw_request request = {.method = "GET",
                                       .identity = kept->identity,
                                       .scope = kept->scope,
                                       .if_none_match = *fingerprint != '\0' ? fingerprint : NULL,
                                       .wait_s = *fingerprint != '\0' ? wait_s : 0,
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline_in(call_ms)};
    struct tw_call call;
    outcome->error = tw_call_begin(&call, kept->client, &request);
    if (outcome->error != tokenward_ok) return true;
    int number = tw_call_step(&call);
    for (; number == EAGAIN; number = tw_call_step(&call)) {
        bool woken = wait_or_wake(kept, call.link->fd, tw_call_events(&call), tw_call_wake(&call));
        if (!woken || !is_stopping(kept)) continue;
        tw_call_end(&call);
        return false;
    }
    struct tw_answer answer;
    outcome->sent_at = call.sent_at;
    outcome->error = tw_call_finish(&call, number, &answer);
    if (outcome->error != tokenward_ok) return true;
    outcome->waited = answer.waited;
    if (answer.status != 304)
        outcome->error = tw_take_token(kept->client, kept->identity, kept->scope, &answer, &outcome->token);
    tw_call_end(&call);
    return true;
}

/// Asks as above. Makes sure that a token's answer came soon after its request was sent: the end of the token
/// is counted from then.
static bool ask_precisely(tokenward_kept* kept, const char* fingerprint, struct outcome* outcome) {
    if (!ask(kept, fingerprint, outcome)) return false;
    if (outcome->token == NULL || tw_boot_time() - outcome->sent_at <= prompt_ms) return true;
    tokenward_token_free(outcome->token); // it was fetched or waited for: the second time it is there at once
    return ask(kept, "", outcome);
}

/// Takes over the outcome, and wakes the threads that wait for it.
static void note(tokenward_kept* kept, struct outcome* outcome) {
    if (outcome->token != NULL && outcome->token->token_size > TW_SLOT_CAPACITY) {
        tokenward_token_free(outcome->token);
        outcome->token = NULL;
        outcome->error =
            tw_fail(kept->client, tokenward_error_too_large, "the token of %s for %s is longer than %d bytes",
                    kept->identity, kept->scope, TW_SLOT_CAPACITY);
    }
    pthread_mutex_lock(&kept->client->mutex);
    if (outcome->error == tokenward_ok) {
        kept->problem.error = tokenward_ok;
        atomic_store(&kept->error, tokenward_error_not_held);
        if (outcome->token != NULL) tw_kept_take(kept, outcome->token, outcome->sent_at);
    } else {
        tw_kept_fail(kept);
    }
    ++kept->attempts;
    pthread_cond_broadcast(&kept->changed);
    pthread_mutex_unlock(&kept->client->mutex);
}

/// How long to wait before asking again, in ms.
static int pause_after(const tokenward_kept* kept, const struct outcome* outcome, struct tw_pace* pace) {
    if (outcome->error != tokenward_ok)
        return tw_failure_pause(pace, outcome->error, kept->problem.retry_after);
    pace->failure_pause_ms = TW_FIRST_FAILURE_PAUSE_MS;
    bool is_new = outcome->token != NULL && !outcome->repeated;
    return is_new || outcome->waited ? 0 : tw_poll_pause(kept->end - tw_boot_time());
}

static void* run(void* argument) {
    tokenward_kept* kept = argument;
    struct tw_pace pace = {TW_FIRST_FAILURE_PAUSE_MS};
    while (!is_stopping(kept)) {
        // Only this thread changes `token`, so it may read it without the mutex.
        char known[TOKENWARD_FINGERPRINT_SIZE] = "";
        if (kept->token != NULL)
            memcpy(known, kept->token->fingerprint, strlen(kept->token->fingerprint) + 1);
        struct outcome outcome;
        if (!ask_precisely(kept, known, &outcome)) break;
        outcome.repeated = outcome.token != NULL && strcmp(outcome.token->fingerprint, known) == 0;
        note(kept, &outcome);
        int pause = pause_after(kept, &outcome, &pace);
        if (pause > 0) wait_or_wake(kept, -1, 0, tw_deadline_in(pause));
    }
    return NULL;
}

static int create_thread(tokenward_kept* kept) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return error;
    (void)pthread_attr_setstacksize(&attributes, stack_size); // the default is far larger
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // the program's own threads handle its signals
    error = pthread_create(&kept->thread, &attributes, run, kept);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

int tw_kept_thread_start(tokenward_kept* kept) {
    if (kept->wake < 0) kept->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (kept->wake < 0) return errno;
    kept->stopping = false;
    kept->running = true;
    int error = create_thread(kept);
    if (error != 0) kept->running = false;
    return error;
}

void tw_kept_thread_wake(tokenward_kept* kept) {
    if (kept->running) (void)eventfd_write(kept->wake, 1); // it can fail only if a wake-up is pending
}

void tw_kept_thread_stop(tokenward_kept* kept) {
    pthread_mutex_lock(&kept->client->mutex);
    bool running = kept->running;
    kept->stopping = true;
    tw_kept_thread_wake(kept);
    kept->running = false;
    pthread_mutex_unlock(&kept->client->mutex);
    if (running) pthread_join(kept->thread, NULL);
}
