// What reports and invalidations do to the kept tokens of a handle.
#ifndef TOKENWARD_CLIENT_KEPT_REPORTS_H
#define TOKENWARD_CLIENT_KEPT_REPORTS_H

#include "client/tokenward.h"

#include <stdbool.h>

/// A token is being reported: from now on, the handle's kept tokens do not serve it.
void tw_report_begins(tokenward_client* client, const char* fingerprint);

/// Ends what tw_report_begins() began: the token is gone, or is served again.
void tw_report_ends(tokenward_client* client, const char* fingerprint, bool gone);

/// The fingerprint of the token that is kept for an identity and scope; unchanged if there is none.
void tw_find_kept(tokenward_client* client, const char* identity, const char* scope,
                  char fingerprint[TOKENWARD_FINGERPRINT_SIZE]);

#endif
