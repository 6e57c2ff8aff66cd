// Lends the connections of a handle and takes them back.
#include "client/connection/pool.h"

#include <stdlib.h>
#include <unistd.h>

/// How many unused links are kept, and up to which size the buffers of each.
enum { most_idle = 4, most_idle_capacity = 65536 };

void tw_hang_up(struct tw_link* link) {
    if (link->fd >= 0) close(link->fd);
    link->fd = -1;
}

static void free_link(struct tw_link* link) {
    tw_hang_up(link);
    tw_buffer_free(&link->in);
    tw_buffer_free(&link->out);
    free(link);
}

void tw_free_links(struct tw_pool* pool) {
    while (pool->links != NULL) {
        struct tw_link* link = pool->links;
        pool->links = link->next;
        free_link(link);
    }
}

static struct tw_link* find_idle(struct tw_pool* pool) {
    struct tw_link* found = NULL;
    for (struct tw_link* link = pool->links; link != NULL; link = link->next)
        if (!link->lent && (found == NULL || (found->fd < 0 && link->fd >= 0))) found = link;
    return found;
}

struct tw_link* tw_lend_link(struct tw_pool* pool) {
    pthread_mutex_lock(&pool->mutex);
    struct tw_link* link = find_idle(pool);
    if (link == NULL && (link = calloc(1, sizeof *link)) != NULL) {
        link->fd = -1;
        link->next = pool->links;
        pool->links = link;
    }
    if (link != NULL) link->lent = true;
    pthread_mutex_unlock(&pool->mutex);
    return link;
}

static void wipe(struct tw_buffer* buffer) {
    if (buffer->capacity > most_idle_capacity)
        tw_buffer_free(buffer);
    else
        tw_buffer_clear(buffer);
}

void tw_return_link(struct tw_pool* pool, struct tw_link* link) {
    wipe(&link->in);
    wipe(&link->out);
    int idle = 0;
    pthread_mutex_lock(&pool->mutex);
    for (struct tw_link* other = pool->links; other != NULL; other = other->next) idle += !other->lent;
    bool surplus = idle >= most_idle;
    if (surplus) {
        struct tw_link** at = &pool->links;
        while (*at != link) at = &(*at)->next;
        *at = link->next;
    }
    link->lent = false;
    link->stranded = false;
    pthread_mutex_unlock(&pool->mutex);
    if (surplus) free_link(link);
}

void tw_strand_links(struct tw_pool* pool) {
    for (struct tw_link* link = pool->links; link != NULL; link = link->next) {
        // Closed, because an answer that was read here would be missing in the parent.
        tw_hang_up(link);
        if (!link->lent) continue;
        // The thread that had it does not exist in the child. It may have been changing the buffers, so they
        // are not touched again.
        link->stranded = true;
        link->in = (struct tw_buffer){0};
        link->out = (struct tw_buffer){0};
    }
}
