// The table of `tokenward status`, printed once or refreshed.
#ifndef TOKENWARD_CLIENT_CLI_STATUS_H
#define TOKENWARD_CLIENT_CLI_STATUS_H

#include "client/cli/listing.h"

/// Appends the table, and a line for each password that ends soon and each warning.
void append_status(struct tw_buffer* out, const struct status_list* list);

/// Refreshes the table on the terminal until a signal ends it; returns an exit status.
int watch_status(struct cli* cli);

#endif
