// See exchange.h.
#include "client/exchange.h"

#include "client/call.h"

#include <errno.h>

tw_instant tw_deadline(int deadline_ms) {
    return tw_deadline_in(deadline_ms > 0 ? deadline_ms : TOKENWARD_DEFAULT_DEADLINE_MS);
}

tw_instant tw_start_deadline(tokenward_client* client, const struct tw_request* request) {
    pthread_mutex_lock(&client->mutex);
    int wait = client->start_wait_ms;
    pthread_mutex_unlock(&client->mutex);
    if (wait < 0) return request->patient ? request->deadline : 0;
    if (wait == 0) return 0;
    tw_instant end = tw_deadline_in(wait);
    return end < request->deadline ? end : request->deadline;
}

int tw_exchange(tokenward_client* client, const struct tw_request* request, struct tw_answer* answer) {
    *answer = (struct tw_answer){0};
    struct tw_call call;
    int error = tw_call_begin(&call, client, request);
    if (error != tokenward_ok) return error;
    call.blocking = true;
    int number = tw_call_step(&call);
    while (number == EAGAIN) {
        number = tw_wait(call.link->fd, tw_call_events(&call), tw_call_wake(&call));
        if (number == 0) number = tw_call_step(&call);
    }
    return tw_call_finish(&call, number, answer);
}

void tw_forget_answer(tokenward_client* client, struct tw_answer* answer) {
    if (answer->link != NULL) tw_return_link(client, answer->link);
    *answer = (struct tw_answer){0};
}
