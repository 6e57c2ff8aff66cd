// Opens and closes handles, and keeps them working in the child of a fork.
#include "client/call/handle.h"

#include "client/call/problem.h"
#include "client/kept/kept_api.h"
#include "common/socket_path.h"

#include <stdlib.h>

// All handles of the process, so that fork finds them.
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static tokenward_client* handles;

static void lock(tokenward_client* client) {
    pthread_mutex_lock(&client->mutex);
    pthread_mutex_lock(&client->pool.mutex);
}

static void unlock(tokenward_client* client) {
    pthread_mutex_unlock(&client->pool.mutex);
    pthread_mutex_unlock(&client->mutex);
}

// The child has only the thread that forked, so no other may be in the middle of a change at that moment.
static void before_fork(void) {
    pthread_mutex_lock(&registry);
    for (tokenward_client* client = handles; client != NULL; client = client->next) lock(client);
}

static void after_fork_in_parent(void) {
    for (tokenward_client* client = handles; client != NULL; client = client->next) unlock(client);
    pthread_mutex_unlock(&registry);
}

static void after_fork_in_child(void) {
    for (tokenward_client* client = handles; client != NULL; client = client->next) {
        tw_strand_links(&client->pool);
        tw_kept_all_after_fork(client);
    }
    after_fork_in_parent();
}

static int fork_handlers_error;

static void register_fork_handlers(void) {
    fork_handlers_error = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/// False: no memory for the fork handlers, without which a child would share connections with its parent.
static bool add_to_list(tokenward_client* client) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_fork_handlers); // fails only for a bad `once`
    if (fork_handlers_error != 0) return false;
    pthread_mutex_lock(&registry);
    client->next = handles;
    if (handles != NULL) handles->previous = client;
    handles = client;
    pthread_mutex_unlock(&registry);
    return true;
}

static void remove_from_list(tokenward_client* client) {
    pthread_mutex_lock(&registry);
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        handles = client->next;
    if (client->next != NULL) client->next->previous = client->previous;
    pthread_mutex_unlock(&registry);
}

static bool init_mutexes(tokenward_client* client) {
    if (pthread_mutex_init(&client->mutex, NULL) != 0) return false;
    if (pthread_mutex_init(&client->pool.mutex, NULL) == 0) return true;
    pthread_mutex_destroy(&client->mutex);
    return false;
}

static void destroy(tokenward_client* client) {
    pthread_mutex_destroy(&client->pool.mutex);
    pthread_mutex_destroy(&client->mutex);
    free(client);
}

int tokenward_open(const char* socket, tokenward_client** client) {
    tokenward_client* opened = calloc(1, sizeof *opened);
    if (opened == NULL) return tokenward_error_no_memory;
    opened->start_wait_ms = -1;
    int error = tokenward_ok;
    if (tokenward_socket_path(socket, opened->pool.socket, sizeof opened->pool.socket) != 0)
        error = tokenward_error_invalid_argument;
    else if (!init_mutexes(opened))
        error = tokenward_error_no_memory;
    if (error != tokenward_ok) {
        free(opened);
        return error;
    }
    if (!add_to_list(opened)) {
        destroy(opened);
        return tokenward_error_no_memory;
    }
    tw_clear_problem(opened);
    *client = opened;
    return tokenward_ok;
}

void tokenward_close(tokenward_client* client) {
    if (client == NULL) return;
    tw_kept_end_all(client);
    remove_from_list(client);
    tw_free_links(&client->pool);
    destroy(client);
}

void tokenward_set_start_wait(tokenward_client* client, int milliseconds) {
    pthread_mutex_lock(&client->mutex);
    client->start_wait_ms = milliseconds;
    pthread_mutex_unlock(&client->mutex);
}

const char* tokenward_socket(const tokenward_client* client) {
    return client->pool.socket;
}

const char* tokenward_version(void) {
    return TOKENWARD_VERSION;
}
