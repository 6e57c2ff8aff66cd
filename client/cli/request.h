// The parts of tokenward-request, the helper behind `tokenward request`.
#ifndef TOKENWARD_CLIENT_CLI_REQUEST_H
#define TOKENWARD_CLIENT_CLI_REQUEST_H

#include "client/cli/cli.h"

#include <curl/curl.h>

/// A call as the command line has it.
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
    CURLU* url; ///< once it is known, and the token may go there
    bool loopback;
};

/// What a service answered.
struct outcome {
    long status;           ///< 0 = nothing came
    bool held_back;        ///< a refusal that was not printed: `body` is all of it
    size_t head_size;      ///< of what is held back, with --include: `body` begins with a head of this size
    struct tw_buffer body; ///< of a refusal, as far as it was kept
};

/// What a held back body may have at most; what is longer is printed as it comes, and not repeated.
enum { most_held_back = 256 * 1024 };

// request_body.c

/// Reads the value of --data into a file of its own, so that it can be sent twice.
void take_body(struct cli* cli, const char* value, struct service_call* call);

// request_place.c

/// Finds the URL and makes sure that the token may go there; returns an exit status.
int find_place(struct cli* cli, struct service_call* call);

// request_send.c

/// Whether the token may be to blame for an answer.
bool is_refusal(long status);

/// Makes the call. A refusal is not printed but kept, as long as it fits. Returns an exit status, exit_done
/// for any answer of the service that was written or kept.
int send_call(const struct service_call* call, const tokenward_token* token, struct outcome* outcome);

/// Prints a refusal that was held back; returns an exit status.
int print_held_back(const struct service_call* call, struct outcome* outcome);

#endif
