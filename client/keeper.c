// See keeper.h.
#include "client/keeper.h"

#include "client/call.h"
#include "client/kept.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    held_s = 300,     ///< how long the daemon may hold an answer
    held_ms = 340000, ///< for such an answer, with what a fetch may take
    quick_ms = 250,   ///< an answer that took longer may have been read long after it was given
    first_pause_ms = 10,
    longest_pause_ms = 1000,
    longest_pause_when_refused_ms = 5000,
    shortest_poll_ms = 200, ///< with a daemon that can't hold an answer
    longest_poll_ms = 10000,
    longest_life_s = 1000000000,
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
    tw_instant left = when - tw_deadline_in(0);
    if (poll(entries, 2, left <= 0 ? 0 : (int)left) <= 0 || entries[0].revents == 0) return false;
    eventfd_t count;
    eventfd_read(kept->wake, &count);
    return true;
}

/// How an attempt has ended.
struct outcome {
    int error;              ///< enum tokenward_error
    tokenward_token* token; ///< NULL: unchanged
    bool waited;            ///< the daemon can hold answers
    bool repeated;          ///< it gave the token that was kept already: it does not heed If-None-Match
    tw_instant sent_at;     ///< of CLOCK_BOOTTIME
};

/// Asks for another token than `fingerprint` ("" = for any). False: the thread is to end.
static bool ask(tokenward_kept* kept, const char* fingerprint, struct outcome* outcome) {
    *outcome = (struct outcome){0};
    const struct tw_request request = {.method = "GET",
                                       .identity = kept->identity,
                                       .scope = kept->scope,
                                       .if_none_match = *fingerprint != '\0' ? fingerprint : NULL,
                                       .wait_s = *fingerprint != '\0' ? held_s : 0,
                                       .limit = TW_LIMIT_TOKEN,
                                       .deadline = tw_deadline_in(held_ms)};
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

/// Asks as above, and so that the time from sending to now says how old the answer may be at the most.
static bool ask_precisely(tokenward_kept* kept, const char* fingerprint, struct outcome* outcome) {
    if (!ask(kept, fingerprint, outcome)) return false;
    if (outcome->token == NULL || tw_boot_time() - outcome->sent_at <= quick_ms) return true;
    tokenward_token_free(
        outcome->token); // was fetched or waited for, and so is there at once the second time
    return ask(kept, "", outcome);
}

static tw_instant bounded(tw_instant value, tw_instant least, tw_instant most) {
    return value < least ? least : value > most ? most : value;
}

static void take(tokenward_kept* kept, tokenward_token* token, tw_instant sent_at) {
    bool same = kept->token != NULL && strcmp(kept->token->fingerprint, token->fingerprint) == 0;
    if (!same) {
        const struct tw_refused* refused = tw_find_refused(kept->client, token->fingerprint);
        kept->judging = refused != NULL ? refused->judging : 0;
        kept->gone = refused != NULL && refused->gone;
    }
    tokenward_token_free(kept->token);
    kept->token = token;
    kept->end = sent_at + bounded(token->expires_in, 0, longest_life_s) * 1000;
    if (kept->judging == 0 && !kept->gone)
        tw_slot_publish(kept->slot, token->token, token->token_size, token->fingerprint, kept->end);
    else
        tw_slot_clear(kept->slot); // of the one before, which the daemon has replaced
}

bool tw_is_withdrawn(int error) {
    return error == tokenward_error_denied || error == tokenward_error_unknown_identity;
}

static void note_problem(tokenward_kept* kept) {
    const tokenward_problem* last = tokenward_last_problem(kept->client);
    kept->problem = *last;
    strcpy(kept->title, last->title); // as large there as here
    strcpy(kept->detail, last->detail);
    kept->problem.title = kept->title;
    kept->problem.detail = kept->detail;
    atomic_store(&kept->error, last->error);
    if (!tw_is_withdrawn(last->error)) return;
    tw_slot_clear(kept->slot);
    tokenward_token_free(kept->token);
    kept->token = NULL;
}

/// Takes over what came, and tells those who wait for it.
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
        if (outcome->token != NULL) take(kept, outcome->token, outcome->sent_at);
    } else {
        note_problem(kept);
    }
    ++kept->attempts;
    pthread_cond_broadcast(&kept->changed);
    pthread_mutex_unlock(&kept->client->mutex);
}

/// Whether somebody has to do something before asking again helps: the daemon recovers by itself from all
/// else.
static bool is_lasting(int error) {
    switch (error) {
    case tokenward_error_iam_unavailable:
    case tokenward_error_iam_protocol:
    case tokenward_error_timeout:
    case tokenward_error_internal: return false;
    default: return error < tokenward_error_no_daemon;
    }
}

/// How long to wait before asking again, in ms.
static int pause_after(tokenward_kept* kept, const struct outcome* outcome, int* failure_pause) {
    if (outcome->error == tokenward_ok) {
        *failure_pause = first_pause_ms;
        if ((outcome->token != NULL && !outcome->repeated) || outcome->waited) return 0;
        return (int)bounded((kept->end - tw_boot_time()) / 10, shortest_poll_ms, longest_poll_ms);
    }
    int pause = *failure_pause;
    int most = is_lasting(outcome->error) ? longest_pause_when_refused_ms : longest_pause_ms;
    *failure_pause = (int)bounded((tw_instant)pause * 2, first_pause_ms, most);
    long said = kept->problem.retry_after;
    if (said > 0 && outcome->error == tokenward_error_too_many_requests)
        pause = (int)bounded(said * 1000L, pause, longest_pause_when_refused_ms);
    return pause;
}

static void* run(void* argument) {
    tokenward_kept* kept = argument;
    int failure_pause = first_pause_ms;
    while (!is_stopping(kept)) {
        // Only this thread changes which token is kept, so that it may look without the mutex.
        char known[TOKENWARD_FINGERPRINT_SIZE] = "";
        if (kept->token != NULL)
            memcpy(known, kept->token->fingerprint, strlen(kept->token->fingerprint) + 1);
        struct outcome outcome;
        if (!ask_precisely(kept, known, &outcome)) break;
        outcome.repeated = outcome.token != NULL && strcmp(outcome.token->fingerprint, known) == 0;
        note(kept, &outcome);
        int pause = pause_after(kept, &outcome, &failure_pause);
        if (pause > 0) wait_or_wake(kept, -1, 0, tw_deadline_in(pause));
    }
    return NULL;
}

static int create_thread(tokenward_kept* kept) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return error;
    (void)pthread_attr_setstacksize(&attributes, stack_size); // else it is larger than need be
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // signals are the program's own threads' business
    error = pthread_create(&kept->thread, &attributes, run, kept);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

int tw_keeper_start(tokenward_kept* kept) {
    if (kept->wake < 0) kept->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (kept->wake < 0) return errno;
    kept->stopping = false;
    kept->running = true;
    int error = create_thread(kept);
    if (error != 0) kept->running = false;
    return error;
}

void tw_keeper_wake(tokenward_kept* kept) {
    if (kept->running) (void)eventfd_write(kept->wake, 1); // when it is full, it wakes already
}

void tw_keeper_stop(tokenward_kept* kept) {
    pthread_mutex_lock(&kept->client->mutex);
    bool running = kept->running;
    kept->stopping = true;
    tw_keeper_wake(kept);
    kept->running = false;
    pthread_mutex_unlock(&kept->client->mutex);
    if (running) pthread_join(kept->thread, NULL);
}
