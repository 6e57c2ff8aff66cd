// tokenward_keep() and tokenward_kept_*().
#include "client/kept/kept_api.h"

#include "client/call/problem.h"
#include "client/call/request.h"
#include "client/kept/kept_thread.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/// How long the first read in a child of fork() waits for the thread that it starts.
enum { child_wait_ms = 1000 };

int tokenward_keep(tokenward_client* client, const char* identity, const char* scope, tokenward_kept** kept) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    tokenward_kept* made = tw_kept_new(client, identity, scope);
    if (made == NULL) return tw_fail_no_memory(client);
    pthread_mutex_lock(&client->mutex);
    int number = tw_kept_thread_start(made);
    if (number == 0) {
        made->next = client->kept;
        client->kept = made;
    }
    pthread_mutex_unlock(&client->mutex);
    if (number != 0) {
        tw_kept_free(made);
        return tw_fail(client, tokenward_error_no_memory, "no thread to keep %s/%s: %s", identity, scope,
                       strerror(number));
    }
    *kept = made;
    return tokenward_ok;
}

void tokenward_kept_end(tokenward_kept* kept) {
    if (kept == NULL) return;
    tokenward_client* client = kept->client;
    tw_kept_thread_stop(kept);
    pthread_mutex_lock(&client->mutex);
    tokenward_kept** at = &client->kept;
    while (*at != kept) at = &(*at)->next;
    *at = kept->next;
    pthread_mutex_unlock(&client->mutex);
    tw_kept_free(kept);
}

void tw_kept_end_all(tokenward_client* client) {
    while (client->kept != NULL) tokenward_kept_end(client->kept);
}

static struct timespec as_time(tw_instant when) {
    return (struct timespec){.tv_sec = (time_t)(when / 1000), .tv_nsec = (long)(when % 1000) * 1000000};
}

/// In a child of fork(), starts the thread again. REQUIRES: the handle's mutex is held.
static void revive(tokenward_kept* kept) {
    if (!kept->running && tw_kept_thread_start(kept) != 0)
        atomic_store(&kept->error, tokenward_error_no_memory);
}

enum patience { UNTIL_SERVED, ONE_ATTEMPT };

/// Waits until a token is served, until the daemon says that this process may not have it, or until `until`;
/// with ONE_ATTEMPT, also until an attempt has ended. REQUIRES: the handle's mutex is held.
static void wait_served(tokenward_kept* kept, tw_instant until, enum patience patience) {
    struct timespec when = as_time(until);
    unsigned long before = kept->attempts;
    if (tw_is_withdrawn(kept->problem.error)) tw_kept_thread_wake(kept); // the permission may have changed
    while (!tw_kept_is_served(kept) &&
           !((patience == ONE_ATTEMPT || tw_is_withdrawn(kept->problem.error)) && kept->attempts != before))
        if (pthread_cond_timedwait(&kept->changed, &kept->client->mutex, &when) == ETIMEDOUT) return;
}

static void __attribute__((noinline)) read_after_fork(tokenward_kept* kept) {
    pthread_mutex_lock(&kept->client->mutex);
    revive(kept);
    if (kept->running) wait_served(kept, tw_deadline_in(child_wait_ms), ONE_ATTEMPT);
    if (kept->running) atomic_store(&kept->forked, false);
    pthread_mutex_unlock(&kept->client->mutex);
}

int tokenward_kept_get(tokenward_kept* kept, char* token, size_t size, size_t* token_size,
                       char* fingerprint) {
    if (atomic_load_explicit(&kept->forked, memory_order_relaxed)) read_after_fork(kept);
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
    tw_clear_problem(client);
    tw_instant until = tw_deadline(deadline_ms);
    pthread_mutex_lock(&client->mutex);
    revive(kept);
    wait_served(kept, until, UNTIL_SERVED);
    int error = tokenward_ok;
    if (!tw_kept_is_served(kept))
        error = kept->problem.error != tokenward_ok
                    ? tw_restore_problem(client, &kept->problem)
                    : tw_fail(client, tokenward_error_deadline, "no token of %s for %s came in time",
                              kept->identity, kept->scope);
    pthread_mutex_unlock(&client->mutex);
    return error;
}

void tw_kept_all_after_fork(tokenward_client* client) {
    tw_forget_pending_reports(&client->reported);
    for (tokenward_kept* kept = client->kept; kept != NULL; kept = kept->next) tw_kept_after_fork(kept);
}
