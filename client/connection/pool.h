// The connections of a handle: each is lent to one call at a time and used again by later calls.
#ifndef TOKENWARD_CLIENT_CONNECTION_POOL_H
#define TOKENWARD_CLIENT_CONNECTION_POOL_H

#include "client/bytes/buffer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A connection and its buffers. While it is lent, only the call that has it touches `fd` and the buffers.
struct tw_link {
    struct tw_link* next; ///< guarded by the pool's mutex, as is `lent`
    bool lent;
    bool stranded;       ///< it was lent when this process was forked, so its call can't go on
    int fd;              ///< -1 = not connected
    struct tw_buffer in; ///< the answer; wiped when the link is returned
    struct tw_buffer out;
};

struct tw_pool {
    char
        socket[sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path)]; ///< path of the daemon's
    pthread_mutex_t mutex; ///< guards `links`; never held while waiting
    struct tw_link* links; ///< all of them, including those that are lent
};

/// Lends a link: a connected one if there is one, else one that is still to be connected. NULL: no memory.
struct tw_link* tw_lend_link(struct tw_pool* pool);

/// Gives a link back and wipes its buffers. If its `fd` is open, it must be ready for the next request.
void tw_return_link(struct tw_pool* pool, struct tw_link* link);

/// Closes the link's connection if it is open.
void tw_hang_up(struct tw_link* link);

/// In the child of a fork: closes the parent's connections. REQUIRES: the mutex is held, as it was when the
/// process was forked.
void tw_strand_links(struct tw_pool* pool);

/// Closes, wipes and frees all links. REQUIRES: none is lent.
void tw_free_links(struct tw_pool* pool);

#ifdef __cplusplus
}
#endif

#endif
