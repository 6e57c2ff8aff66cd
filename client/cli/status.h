// The table of `tokenward status`, printed once or again and again.
#ifndef TOKENWARD_CLIENT_CLI_STATUS_H
#define TOKENWARD_CLIENT_CLI_STATUS_H

#include "client/cli/listing.h"

/// Appends the table, and a line for each password that ends soon.
void append_status(struct tw_buffer* out, const struct status_list* list);

/// Draws the table on the terminal again and again, until a signal ends it; returns an exit status.
int watch_status(struct cli* cli);

#endif
