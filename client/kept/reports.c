// Applies reports to the kept tokens of a handle.
#include "client/kept/reports.h"

#include "client/kept/kept_thread.h"

#include <string.h>

void tw_report_begins(tokenward_client* client, const char* fingerprint) {
    pthread_mutex_lock(&client->mutex);
    tw_note_report(&client->reported, fingerprint);
    for (tokenward_kept* kept = client->kept; kept != NULL; kept = kept->next)
        if (tw_kept_is(kept, fingerprint)) tw_kept_suspend(kept);
    pthread_mutex_unlock(&client->mutex);
}

void tw_report_ends(tokenward_client* client, const char* fingerprint, bool gone) {
    pthread_mutex_lock(&client->mutex);
    tw_note_verdict(&client->reported, fingerprint, gone);
    for (tokenward_kept* kept = client->kept; kept != NULL; kept = kept->next) {
        if (!tw_kept_is(kept, fingerprint) || kept->reports == 0) continue; // it came after the report began
        if (tw_kept_resume(kept, gone)) pthread_cond_broadcast(&kept->changed);
        if (kept->gone) tw_kept_thread_wake(kept);
    }
    pthread_mutex_unlock(&client->mutex);
}

void tw_find_kept(tokenward_client* client, const char* identity, const char* scope,
                  char fingerprint[TOKENWARD_FINGERPRINT_SIZE]) {
    pthread_mutex_lock(&client->mutex);
    for (tokenward_kept* kept = client->kept; kept != NULL; kept = kept->next)
        if (kept->token != NULL && strcmp(kept->identity, identity) == 0 && strcmp(kept->scope, scope) == 0)
            memcpy(fingerprint, kept->token->fingerprint, strlen(kept->token->fingerprint) + 1);
    pthread_mutex_unlock(&client->mutex);
}
