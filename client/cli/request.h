// The parts of tokenward-request, the helper behind `tokenward request`.
#ifndef TOKENWARD_CLIENT_CLI_REQUEST_H
#define TOKENWARD_CLIENT_CLI_REQUEST_H

#include "client/cli/cli.h"

#include <curl/curl.h>

/// The call of a service that the command line asks for.
struct service_call {
    const char* method;
    const char* place; ///< URL or SERVICE/PATH
    const char* interface;
    const char* region;
    const char* cacert;
    const char* output; ///< NULL = the standard output
    const char* const* fields;
    int field_count;
    int body_fd; ///< -1 = no body
    curl_off_t body_size;
    long max_time; ///< seconds
    bool include;
    bool anywhere;
    CURLU* url; ///< set once it is known that the token may be sent there
    bool loopback;
};

/// What a service answered.
struct outcome {
    long status;    ///< 0 = nothing came
    bool held_back; ///< it is a refusal and was not printed; `body` is complete
    size_t
        head_size; ///< with --include, `body` of a refusal that is held back begins with a head of this size
    struct tw_buffer body; ///< of a refusal, as far as it was held back
};

/// The largest body that is held back, in bytes. A larger one is printed as it arrives, and the call is not
/// made again.
enum { most_held_back = 256 * 1024 };

// request_body.c

/// Reads the value of --data into a file of its own, so that it can be sent twice.
void take_body(struct cli* cli, const char* value, struct service_call* call);

// request_place.c

/// Finds the URL and makes sure that the token may go there; returns an exit status.
int find_place(struct cli* cli, struct service_call* call);

// request_send.c

/// Whether the token may be the reason for an answer.
bool is_refusal(long status);

/// Makes the call. A refusal is held back if it fits, any other answer is printed. Returns an exit status;
/// exit_done for every answer of the service.
int send_call(const struct service_call* call, const tokenward_token* token, struct outcome* outcome);

/// Prints a refusal that was held back; returns an exit status.
int print_held_back(const struct service_call* call, struct outcome* outcome);

#endif
