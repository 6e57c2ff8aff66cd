// Requests to the daemon for which the library has no function.
#include "client/bytes/json_fields.h"
#include "client/cli/cli.h"

#include <string.h>

int ask_daemon(struct cli* cli, const struct api_request* request, char** reply) {
    cli->problem = (tokenward_problem){0};
    return tokenward_request(cli->client, request->method, request->path, request->body, request->deadline_ms,
                             reply);
}

int read_reply(struct cli* cli, const struct api_request* request, const char* reply,
               const struct tw_field* fields, void* structure) {
    if (tw_read_document(reply, strlen(reply), &cli->arena, fields, structure)) return tokenward_ok;
    struct tw_buffer detail = {0};
    tw_buffer_append_format(&detail, "the answer of %s to %s %s can't be parsed",
                            tokenward_socket(cli->client), request->method, request->path);
    const char* kept = detail.failed ? NULL : tw_arena_copy(&cli->arena, detail.bytes, detail.size);
    tw_buffer_free(&detail);
    cli->problem = (tokenward_problem){.error = tokenward_error_protocol,
                                       .retry_after = -1,
                                       .title = tokenward_strerror(tokenward_error_protocol),
                                       .detail = kept != NULL ? kept : ""};
    return tokenward_error_protocol;
}

const tokenward_problem* last_problem(const struct cli* cli) {
    return cli->problem.error != tokenward_ok ? &cli->problem : tokenward_last_problem(cli->client);
}
