// What belongs to a handle.
#ifndef TOKENWARD_CLIENT_CALL_HANDLE_H
#define TOKENWARD_CLIENT_CALL_HANDLE_H

#include "client/call/reported.h"
#include "client/connection/pool.h"
#include "client/tokenward.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tokenward_client {
    struct tw_pool pool;
    pthread_mutex_t mutex; ///< guards the following three; never held while waiting for the daemon
    int start_wait_ms;     ///< negative = until the deadline that the caller gave
    struct tw_reported reported;
    tokenward_kept* kept;       ///< all kept tokens
    tokenward_client* previous; ///< in the list of all handles of the process
    tokenward_client* next;
};

#ifdef __cplusplus
}
#endif

#endif
