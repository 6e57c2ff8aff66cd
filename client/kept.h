// A token that a handle keeps in the process, and what reports and forks do to it.
#ifndef TOKENWARD_CLIENT_KEPT_H
#define TOKENWARD_CLIENT_KEPT_H

#include "client/tokenward.h"

#include <stdbool.h>

/// The token called `fingerprint` is being reported: the handle's kept ones serve it no more.
void tw_kepts_refuse(tokenward_client* client, const char* fingerprint);

/// Ends what tw_kepts_refuse() began: the token is gone, or comes back.
void tw_kepts_judged(tokenward_client* client, const char* fingerprint, bool gone);

/// What is known of the refusals of a token; NULL: there was none. REQUIRES: the handle's mutex is held.
struct tw_refused* tw_find_refused(tokenward_client* client, const char* fingerprint);

/// Whether a report with this outcome means that the token is gone.
bool tw_is_gone(int error, int verdict);

/// The fingerprint that is kept for an identity and scope, "" if none.
void tw_kepts_find(tokenward_client* client, const char* identity, const char* scope,
                   char fingerprint[TOKENWARD_FINGERPRINT_SIZE]);

/// Ends all of a handle's.
void tw_end_kepts(tokenward_client* client);

/// In the child, with the handle's mutex held: their threads are not there any more.
void tw_kepts_after_fork(tokenward_client* client);

#endif
