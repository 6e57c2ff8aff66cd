// The handle.
#include "client/exchange.h"
#include "common/socket_path.h"

#include <stdlib.h>
#include <unistd.h>

int tokenward_open(const char* socket, tokenward_client** client) {
    tokenward_client* opened = calloc(1, sizeof *opened);
    if (opened == NULL) return tokenward_error_no_memory;
    opened->fd = -1;
    if (tokenward_socket_path(socket, opened->socket, sizeof opened->socket) != 0) {
        free(opened);
        return tokenward_error_invalid_argument;
    }
    tw_no_problem(opened);
    *client = opened;
    return tokenward_ok;
}

void tokenward_close(tokenward_client* client) {
    if (client == NULL) return;
    if (client->fd >= 0) close(client->fd);
    tw_buffer_free(&client->in);
    tw_buffer_free(&client->out);
    free(client);
}

const char* tokenward_socket(const tokenward_client* client) {
    return client->socket;
}

const char* tokenward_version(void) {
    return TOKENWARD_VERSION;
}

tw_instant tw_deadline(int deadline_ms) {
    return tw_deadline_in(deadline_ms > 0 ? deadline_ms : TOKENWARD_DEFAULT_DEADLINE_MS);
}
