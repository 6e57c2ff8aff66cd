// Remembers which tokens were reported.
#include "client/call/reported.h"

#include <string.h>

static int place_of(const struct tw_reported* reported, const char* fingerprint) {
    for (int i = 0; i < TW_REPORTED_SIZE && *fingerprint != '\0'; ++i)
        if (strcmp(reported->tokens[i].fingerprint, fingerprint) == 0) return i;
    return -1;
}

static struct tw_reported_token* find(struct tw_reported* reported, const char* fingerprint) {
    int place = place_of(reported, fingerprint);
    return place < 0 ? NULL : &reported->tokens[place];
}

const struct tw_reported_token* tw_find_reported(const struct tw_reported* reported,
                                                 const char* fingerprint) {
    int place = place_of(reported, fingerprint);
    return place < 0 ? NULL : &reported->tokens[place];
}

void tw_note_report(struct tw_reported* reported, const char* fingerprint) {
    struct tw_reported_token* known = find(reported, fingerprint);
    for (int i = 0; i < TW_REPORTED_SIZE && known == NULL && *fingerprint != '\0'; ++i) {
        struct tw_reported_token* place = &reported->tokens[reported->next++ % TW_REPORTED_SIZE];
        if (place->pending != 0) continue;
        *place = (struct tw_reported_token){.pending = 0};
        strcpy(place->fingerprint, fingerprint); // tw_is_fingerprint() has checked its length
        known = place;
    }
    if (known != NULL) ++known->pending;
}

void tw_note_verdict(struct tw_reported* reported, const char* fingerprint, bool gone) {
    struct tw_reported_token* known = find(reported, fingerprint);
    if (known == NULL || known->pending == 0) return;
    known->gone = known->gone || gone;
    if (--known->pending == 0 && !known->gone) known->fingerprint[0] = '\0';
}

void tw_forget_pending_reports(struct tw_reported* reported) {
    for (int i = 0; i < TW_REPORTED_SIZE; ++i) {
        reported->tokens[i].pending = 0;
        if (!reported->tokens[i].gone) reported->tokens[i].fingerprint[0] = '\0';
    }
}
