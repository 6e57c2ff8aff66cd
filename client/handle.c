// Opening and closing handles, lending their connections, and carrying them through a fork.
#include "client/handle.h"
#include "client/exchange.h"
#include "client/kept.h"
#include "common/socket_path.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/// So many connections and so much memory each are kept for the calls to come.
enum { most_idle = 4, kept_capacity = 65536 };

// All handles of the process, so that fork finds them.
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static tokenward_client* handles;
static atomic_uint forks;

unsigned tw_forks(void) {
    return atomic_load_explicit(&forks, memory_order_relaxed);
}

// Nothing may be half done when the process is copied: its other threads will not be there to finish it.
static void before_fork(void) {
    pthread_mutex_lock(&registry);
    for (tokenward_client* client = handles; client != NULL; client = client->behind)
        pthread_mutex_lock(&client->mutex);
}

static void after_fork_in_parent(void) {
    for (tokenward_client* client = handles; client != NULL; client = client->behind)
        pthread_mutex_unlock(&client->mutex);
    pthread_mutex_unlock(&registry);
}

/// A thread that is not here any more may have been about to change the buffers of what was lent to it: these
/// are not touched again.
static void leave_behind(struct tw_link* link) {
    tw_hang_up(link);
    if (!link->lent) return;
    link->stranded = true;
    link->in = (struct tw_buffer){0};
    link->out = (struct tw_buffer){0};
}

/// The connections are the parent's: an answer read here would be missing there.
static void after_fork_in_child(void) {
    atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
    for (tokenward_client* client = handles; client != NULL; client = client->behind) {
        for (struct tw_link* link = client->links; link != NULL; link = link->next) leave_behind(link);
        tw_kepts_after_fork(client);
    }
    after_fork_in_parent();
}

static int fork_handlers_error;

static void register_fork_handlers(void) {
    fork_handlers_error = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/// False for want of memory: without its handlers a fork would share connections.
static bool enlist(tokenward_client* client) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_fork_handlers); // fails only for a bad `once`
    if (fork_handlers_error != 0) return false;
    pthread_mutex_lock(&registry);
    client->behind = handles;
    if (handles != NULL) handles->in_front = client;
    handles = client;
    pthread_mutex_unlock(&registry);
    return true;
}

static void strike_off(tokenward_client* client) {
    pthread_mutex_lock(&registry);
    if (client->in_front != NULL)
        client->in_front->behind = client->behind;
    else
        handles = client->behind;
    if (client->behind != NULL) client->behind->in_front = client->in_front;
    pthread_mutex_unlock(&registry);
}

int tokenward_open(const char* socket, tokenward_client** client) {
    tokenward_client* opened = calloc(1, sizeof *opened);
    if (opened == NULL) return tokenward_error_no_memory;
    opened->start_wait_ms = -1;
    if (tokenward_socket_path(socket, opened->socket, sizeof opened->socket) != 0) {
        free(opened);
        return tokenward_error_invalid_argument;
    }
    if (pthread_mutex_init(&opened->mutex, NULL) != 0) {
        free(opened);
        return tokenward_error_no_memory;
    }
    if (!enlist(opened)) {
        pthread_mutex_destroy(&opened->mutex);
        free(opened);
        return tokenward_error_no_memory;
    }
    tw_no_problem(opened);
    *client = opened;
    return tokenward_ok;
}

static void free_link(struct tw_link* link) {
    tw_hang_up(link);
    tw_buffer_free(&link->in);
    tw_buffer_free(&link->out);
    free(link);
}

void tokenward_close(tokenward_client* client) {
    if (client == NULL) return;
    tw_end_kepts(client);
    strike_off(client);
    while (client->links != NULL) {
        struct tw_link* link = client->links;
        client->links = link->next;
        free_link(link);
    }
    pthread_mutex_destroy(&client->mutex);
    free(client);
}

void tokenward_set_start_wait(tokenward_client* client, int milliseconds) {
    pthread_mutex_lock(&client->mutex);
    client->start_wait_ms = milliseconds;
    pthread_mutex_unlock(&client->mutex);
}

const char* tokenward_socket(const tokenward_client* client) {
    return client->socket;
}

const char* tokenward_version(void) {
    return TOKENWARD_VERSION;
}

void tw_hang_up(struct tw_link* link) {
    if (link->fd >= 0) close(link->fd);
    link->fd = -1;
}

static struct tw_link* find_idle(tokenward_client* client) {
    struct tw_link* found = NULL;
    for (struct tw_link* link = client->links; link != NULL; link = link->next)
        if (!link->lent && (found == NULL || (found->fd < 0 && link->fd >= 0))) found = link;
    return found;
}

struct tw_link* tw_lend_link(tokenward_client* client) {
    pthread_mutex_lock(&client->mutex);
    struct tw_link* link = find_idle(client);
    if (link == NULL && (link = calloc(1, sizeof *link)) != NULL) {
        link->fd = -1;
        link->next = client->links;
        client->links = link;
    }
    if (link != NULL) link->lent = true;
    pthread_mutex_unlock(&client->mutex);
    return link;
}

static void tidy(struct tw_buffer* buffer) {
    if (buffer->capacity > kept_capacity)
        tw_buffer_free(buffer);
    else
        tw_buffer_clear(buffer);
}

void tw_return_link(tokenward_client* client, struct tw_link* link) {
    tidy(&link->in);
    tidy(&link->out);
    int idle = 0;
    pthread_mutex_lock(&client->mutex);
    for (struct tw_link* other = client->links; other != NULL; other = other->next) idle += !other->lent;
    bool surplus = idle >= most_idle;
    if (surplus) {
        struct tw_link** at = &client->links;
        while (*at != link) at = &(*at)->next;
        *at = link->next;
    }
    link->lent = false;
    link->stranded = false;
    pthread_mutex_unlock(&client->mutex);
    if (surplus) free_link(link);
}
