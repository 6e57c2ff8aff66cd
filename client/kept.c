// Keeping tokens in the process: the public functions, and what reports and forks do to what is kept.
#include "client/kept.h"

#include "client/exchange.h"
#include "client/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// How long the first read in a child waits for the thread that it has to start.
enum { child_patience_ms = 1000 };

static bool init_condition(pthread_cond_t* condition) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    bool good = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return good;
}

static void free_kept(tokenward_kept* kept) {
    tw_slot_free(kept->slot);
    tokenward_token_free(kept->token);
    if (kept->wake >= 0) close(kept->wake);
    pthread_cond_destroy(&kept->changed);
    free(kept->identity);
    free(kept->scope);
    free(kept);
}

static tokenward_kept* make(tokenward_client* client, const char* identity, const char* scope) {
    tokenward_kept* made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    if (!init_condition(&made->changed)) {
        free(made);
        return NULL;
    }
    made->client = client;
    made->wake = -1;
    made->identity = strdup(identity);
    made->scope = strdup(scope);
    made->slot = tw_slot_new();
    atomic_init(&made->forks, tw_forks());
    atomic_init(&made->error, tokenward_error_not_held);
    if (made->identity != NULL && made->scope != NULL && made->slot != NULL) return made;
    free_kept(made);
    return NULL;
}

int tokenward_keep(tokenward_client* client, const char* identity, const char* scope, tokenward_kept** kept) {
    int error = tw_begin(client, identity, scope);
    if (error != tokenward_ok) return error;
    tokenward_kept* made = make(client, identity, scope);
    if (made == NULL) return tw_fail(client, tokenward_error_no_memory, "memory ran out");
    pthread_mutex_lock(&client->mutex);
    int number = tw_keeper_start(made);
    if (number == 0) {
        made->next = client->kepts;
        client->kepts = made;
    }
    pthread_mutex_unlock(&client->mutex);
    if (number != 0) {
        free_kept(made);
        return tw_fail(client, tokenward_error_no_memory, "no thread to keep %s/%s: %s", identity, scope,
                       strerror(number));
    }
    *kept = made;
    return tokenward_ok;
}

void tokenward_kept_end(tokenward_kept* kept) {
    if (kept == NULL) return;
    tokenward_client* client = kept->client;
    tw_keeper_stop(kept);
    pthread_mutex_lock(&client->mutex);
    tokenward_kept** at = &client->kepts;
    while (*at != kept) at = &(*at)->next;
    *at = kept->next;
    pthread_mutex_unlock(&client->mutex);
    free_kept(kept);
}

void tw_end_kepts(tokenward_client* client) {
    while (client->kepts != NULL) tokenward_kept_end(client->kepts);
}

static bool is_served(const tokenward_kept* kept) {
    return kept->token != NULL && kept->judging == 0 && !kept->gone && tw_boot_time() < kept->end;
}

static struct timespec as_time(tw_instant when) {
    return (struct timespec){.tv_sec = (time_t)(when / 1000), .tv_nsec = (long)(when % 1000) * 1000000};
}

/// In a child, starts the thread that the parent kept for itself. REQUIRES: the handle's mutex.
static void revive(tokenward_kept* kept) {
    if (!kept->running && tw_keeper_start(kept) != 0) atomic_store(&kept->error, tokenward_error_no_memory);
}

/// Waits until a token is served, it is said that there will be none, or `until`. REQUIRES: the handle's
/// mutex. `attempt`: or an attempt has ended.
static void wait_served(tokenward_kept* kept, tw_instant until, bool attempt) {
    struct timespec when = as_time(until);
    unsigned long before = kept->attempts;
    if (tw_is_withdrawn(kept->problem.error)) tw_keeper_wake(kept); // that may have changed
    while (!is_served(kept) &&
           !((attempt || tw_is_withdrawn(kept->problem.error)) && kept->attempts != before))
        if (pthread_cond_timedwait(&kept->changed, &kept->client->mutex, &when) == ETIMEDOUT) return;
}

static void __attribute__((noinline)) read_after_fork(tokenward_kept* kept) {
    pthread_mutex_lock(&kept->client->mutex);
    revive(kept);
    if (kept->running) wait_served(kept, tw_deadline_in(child_patience_ms), true);
    if (kept->running) atomic_store(&kept->forks, tw_forks());
    pthread_mutex_unlock(&kept->client->mutex);
}

int tokenward_kept_get(tokenward_kept* kept, char* token, size_t size, size_t* token_size,
                       char* fingerprint) {
    if (atomic_load_explicit(&kept->forks, memory_order_relaxed) != tw_forks()) read_after_fork(kept);
    size_t found = 0;
    switch (tw_slot_read(kept->slot, tw_boot_time(), token, size, &found, fingerprint)) {
    case 0: break;
    case EMSGSIZE:
        if (token_size != NULL) *token_size = found;
        return tokenward_error_too_large;
    default: return atomic_load_explicit(&kept->error, memory_order_relaxed);
    }
    if (token_size != NULL) *token_size = found;
    return tokenward_ok;
}

int tokenward_kept_wait(tokenward_kept* kept, int deadline_ms) {
    tokenward_client* client = kept->client;
    tw_no_problem(client);
    tw_instant until = tw_deadline(deadline_ms);
    pthread_mutex_lock(&client->mutex);
    revive(kept);
    wait_served(kept, until, false);
    int error = tokenward_ok;
    if (!is_served(kept))
        error = kept->problem.error != tokenward_ok
                    ? tw_fail_again(client, &kept->problem)
                    : tw_fail(client, tokenward_error_deadline, "no token of %s for %s came in time",
                              kept->identity, kept->scope);
    pthread_mutex_unlock(&client->mutex);
    return error;
}

static bool is_called(const tokenward_kept* kept, const char* fingerprint) {
    return kept->token != NULL && strcmp(kept->token->fingerprint, fingerprint) == 0;
}

struct tw_refused* tw_find_refused(tokenward_client* client, const char* fingerprint) {
    for (int i = 0; i < TW_REFUSED && *fingerprint != '\0'; ++i)
        if (strcmp(client->refused[i].fingerprint, fingerprint) == 0) return &client->refused[i];
    return NULL;
}

/// The program may know a token before the thread that watches does: one that it has got by itself. Not noted
/// while all places are taken by reports that are under way.
static void note_refused(tokenward_client* client, const char* fingerprint) {
    struct tw_refused* known = tw_find_refused(client, fingerprint);
    for (int i = 0; i < TW_REFUSED && known == NULL && *fingerprint != '\0'; ++i) {
        struct tw_refused* place = &client->refused[client->refused_turn++ % TW_REFUSED];
        if (place->judging != 0) continue;
        *place = (struct tw_refused){.judging = 0};
        strcpy(place->fingerprint, fingerprint); // tw_is_fingerprint() has measured it
        known = place;
    }
    if (known != NULL) ++known->judging;
}

static void note_judged(tokenward_client* client, const char* fingerprint, bool gone) {
    struct tw_refused* known = tw_find_refused(client, fingerprint);
    if (known == NULL || known->judging == 0) return;
    known->gone = known->gone || gone;
    if (--known->judging == 0 && !known->gone) known->fingerprint[0] = '\0';
}

void tw_kepts_refuse(tokenward_client* client, const char* fingerprint) {
    pthread_mutex_lock(&client->mutex);
    note_refused(client, fingerprint);
    for (tokenward_kept* kept = client->kepts; kept != NULL; kept = kept->next) {
        if (!is_called(kept, fingerprint)) continue;
        ++kept->judging;
        atomic_store(&kept->error, tokenward_error_not_held);
        tw_slot_clear(kept->slot);
    }
    pthread_mutex_unlock(&client->mutex);
}

void tw_kepts_judged(tokenward_client* client, const char* fingerprint, bool gone) {
    pthread_mutex_lock(&client->mutex);
    note_judged(client, fingerprint, gone);
    for (tokenward_kept* kept = client->kepts; kept != NULL; kept = kept->next) {
        if (!is_called(kept, fingerprint) || kept->judging == 0) continue;
        --kept->judging;
        kept->gone = kept->gone || gone;
        if (kept->gone) tw_keeper_wake(kept);
        if (!is_served(kept)) continue;
        tw_slot_publish(kept->slot, kept->token->token, kept->token->token_size, fingerprint, kept->end);
        pthread_cond_broadcast(&kept->changed);
    }
    pthread_mutex_unlock(&client->mutex);
}

void tw_kepts_find(tokenward_client* client, const char* identity, const char* scope,
                   char fingerprint[TOKENWARD_FINGERPRINT_SIZE]) {
    pthread_mutex_lock(&client->mutex);
    for (tokenward_kept* kept = client->kepts; kept != NULL; kept = kept->next)
        if (kept->token != NULL && strcmp(kept->identity, identity) == 0 && strcmp(kept->scope, scope) == 0)
            memcpy(fingerprint, kept->token->fingerprint, strlen(kept->token->fingerprint) + 1);
    pthread_mutex_unlock(&client->mutex);
}

void tw_kepts_after_fork(tokenward_client* client) {
    for (int i = 0; i < TW_REFUSED; ++i) { // those who report are not here
        client->refused[i].judging = 0;
        if (!client->refused[i].gone) client->refused[i].fingerprint[0] = '\0';
    }
    for (tokenward_kept* kept = client->kepts; kept != NULL; kept = kept->next) {
        kept->running = false;
        kept->judging = 0;
        tw_slot_clear(kept->slot); // it may have been refused meanwhile, and nobody watches
        tokenward_token_free(kept->token);
        kept->token = NULL;
        if (kept->wake >= 0) close(kept->wake);
        kept->wake = -1;
        (void)init_condition(&kept->changed); // as it could be in the parent
        atomic_store(&kept->error, tokenward_error_not_held);
    }
}
