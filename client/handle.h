// What a handle holds: its connections, lent to one call each, and the tokens that it keeps.
#ifndef TOKENWARD_CLIENT_HANDLE_H
#define TOKENWARD_CLIENT_HANDLE_H

#include "client/bytes/buffer.h"
#include "client/tokenward.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A connection and its buffers. It is lent to one call at a time, which alone touches `fd` and the buffers.
struct tw_link {
    struct tw_link* next; ///< guarded by the handle's mutex, as is `lent`
    bool lent;
    bool stranded;       ///< lent when this process came out of a fork: the call can't go on
    int fd;              ///< -1 = not connected
    struct tw_buffer in; ///< the answer; wiped as soon as it was understood
    struct tw_buffer out;
};

/// A token that the program has called no good.
struct tw_refused {
    char fingerprint[TOKENWARD_FINGERPRINT_SIZE]; ///< "" = a free place
    int judging;                                  ///< reports about it that are under way
    bool gone;                                    ///< a report ended it
};

/// So many of the last ones are remembered.
enum { TW_REFUSED = 16 };

struct tokenward_client {
    char socket[sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path)];
    pthread_mutex_t mutex; ///< guards what follows; never held while something is waited for
    struct tw_link* links; ///< all, the lent ones too
    tokenward_kept* kepts;
    struct tw_refused refused[TW_REFUSED]; ///< for a kept token that comes only after it was reported
    unsigned refused_turn;                 ///< which place is given away next
    int start_wait_ms;                     ///< negative = as long as the caller's own deadline
    tokenward_client* in_front;            ///< of the list of all handles, for fork
    tokenward_client* behind;
};

/// A connection for one call: one that is open if there is such, else one that has yet to connect. NULL: no
/// memory.
struct tw_link* tw_lend_link(tokenward_client* client);

/// Gives it back, its buffers wiped. If its `fd` is open it must be ready for the next request.
void tw_return_link(tokenward_client* client, struct tw_link* link);

/// Closes its connection if it has one.
void tw_hang_up(struct tw_link* link);

/// How often this process has come out of a fork: another number than before means that threads and
/// connections stayed behind in the parent.
unsigned tw_forks(void);

#ifdef __cplusplus
}
#endif

#endif
