// The state of a kept token.
#include "client/kept/kept_state.h"

#include "client/kept/pace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { longest_life_s = 1000000000 };

static bool init_condition(pthread_cond_t* condition) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    bool good = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return good;
}

tokenward_kept* tw_kept_new(tokenward_client* client, const char* identity, const char* scope) {
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
    atomic_init(&made->forked, false);
    atomic_init(&made->error, tokenward_error_not_held);
    if (made->identity != NULL && made->scope != NULL && made->slot != NULL) return made;
    tw_kept_free(made);
    return NULL;
}

void tw_kept_free(tokenward_kept* kept) {
    tw_slot_free(kept->slot);
    tokenward_token_free(kept->token);
    if (kept->wake >= 0) close(kept->wake);
    pthread_cond_destroy(&kept->changed);
    free(kept->identity);
    free(kept->scope);
    free(kept);
}

bool tw_kept_is_served(const tokenward_kept* kept) {
    return kept->token != NULL && kept->reports == 0 && !kept->gone && tw_boot_time() < kept->end;
}

bool tw_kept_is(const tokenward_kept* kept, const char* fingerprint) {
    return kept->token != NULL && strcmp(kept->token->fingerprint, fingerprint) == 0;
}

static void publish(tokenward_kept* kept) {
    const tokenward_token* token = kept->token;
    tw_slot_publish(kept->slot, token->token, token->token_size, token->fingerprint, kept->end);
}

void tw_kept_take(tokenward_kept* kept, tokenward_token* token, tw_instant sent_at) {
    if (!tw_kept_is(kept, token->fingerprint)) {
        const struct tw_reported_token* reported =
            tw_find_reported(&kept->client->reported, token->fingerprint);
        kept->reports = reported != NULL ? reported->pending : 0;
        kept->gone = reported != NULL && reported->gone;
    }
    tokenward_token_free(kept->token);
    kept->token = token;
    kept->end = sent_at + tw_bounded(token->expires_in, 0, longest_life_s) * 1000;
    if (kept->reports == 0 && !kept->gone)
        publish(kept);
    else
        tw_slot_clear(kept->slot); // it still has the token before this one
}

bool tw_is_withdrawn(int error) {
    return error == tokenward_error_denied || error == tokenward_error_unknown_identity;
}

void tw_kept_fail(tokenward_kept* kept) {
    const tokenward_problem* last = tokenward_last_problem(kept->client);
    kept->problem = *last;
    strcpy(kept->title, last->title); // both are as large as the problem's own
    strcpy(kept->detail, last->detail);
    kept->problem.title = kept->title;
    kept->problem.detail = kept->detail;
    atomic_store(&kept->error, last->error);
    if (!tw_is_withdrawn(last->error)) return;
    tw_slot_clear(kept->slot);
    tokenward_token_free(kept->token);
    kept->token = NULL;
}

void tw_kept_suspend(tokenward_kept* kept) {
    ++kept->reports;
    atomic_store(&kept->error, tokenward_error_not_held);
    tw_slot_clear(kept->slot);
}

bool tw_kept_resume(tokenward_kept* kept, bool gone) {
    --kept->reports;
    kept->gone = kept->gone || gone;
    if (!tw_kept_is_served(kept)) return false;
    publish(kept);
    return true;
}

void tw_kept_after_fork(tokenward_kept* kept) {
    kept->running = false;
    kept->reports = 0;
    atomic_store(&kept->forked, true);
    tw_slot_clear(kept->slot); // nobody watches whether it is reported
    tokenward_token_free(kept->token);
    kept->token = NULL;
    if (kept->wake >= 0) close(kept->wake);
    kept->wake = -1;
    (void)init_condition(&kept->changed); // it succeeded in the parent
    atomic_store(&kept->error, tokenward_error_not_held);
}
