// The tokens that were last reported or invalidated through a handle.
#ifndef TOKENWARD_CLIENT_CALL_REPORTED_H
#define TOKENWARD_CLIENT_CALL_REPORTED_H

#include "client/tokenward.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What is remembered of one reported token.
struct tw_reported_token {
    char fingerprint[TOKENWARD_FINGERPRINT_SIZE]; ///< "" = this place is free
    int pending;                                  ///< reports of it that have not been answered yet
    bool gone;                                    ///< the daemon serves it no more
};

enum { TW_REPORTED_SIZE = 16 };

/// Remembers the last tokens: a program may report one before the thread that keeps it receives it. All
/// zeroes is empty. The handle's mutex guards it.
struct tw_reported {
    struct tw_reported_token tokens[TW_REPORTED_SIZE];
    unsigned next; ///< the place that is used again next
};

/// What is known of a token; NULL: it was not reported.
const struct tw_reported_token* tw_find_reported(const struct tw_reported* reported, const char* fingerprint);

/// A report of a token begins. It is not noted for "", nor while every place has a report without an answer.
void tw_note_report(struct tw_reported* reported, const char* fingerprint);

/// A report has ended. If no other is pending and the token is not gone, it is forgotten.
void tw_note_verdict(struct tw_reported* reported, const char* fingerprint, bool gone);

/// In the child of a fork, where the threads that report don't exist: forgets all tokens that are not gone.
void tw_forget_pending_reports(struct tw_reported* reported);

#ifdef __cplusplus
}
#endif

#endif
