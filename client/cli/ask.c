// Requests of the command's own, for what the stub has no function for; and daemons of other versions.
#include "client/bytes/json_fields.h"
#include "client/cli/cli.h"

#include <string.h>

int ask_quietly(struct cli* cli, const struct question* question, struct tw_buffer* reply) {
    const struct tw_request request = {.method = question->method,
                                       .tail = question->path,
                                       .body = question->body,
                                       .body_size = question->body != NULL ? strlen(question->body) : 0,
                                       .limit = TW_LIMIT_LIST,
                                       .deadline = tw_deadline(question->deadline_ms)};
    struct tw_call call;
    struct tw_answer answer;
    tw_no_problem(cli->client);
    int error = tw_exchange(&call, cli->client, &request, &answer);
    if (error != tokenward_ok) return error;
    if (reply != NULL) {
        tw_buffer_clear(reply);
        tw_buffer_append(reply, answer.body, answer.body_size);
    }
    tw_call_end(&call);
    return tokenward_ok;
}

int ask(struct cli* cli, const struct question* question, struct tw_buffer* reply) {
    return ask_quietly(cli, question, reply) == tokenward_ok ? exit_done : complain(cli);
}

int understand(struct cli* cli, const struct question* question, const struct tw_buffer* reply,
               const struct tw_field* fields, void* structure) {
    if (tw_read_document(reply->bytes, reply->size, &cli->arena, fields, structure)) return tokenward_ok;
    return tw_fail(cli->client, tokenward_error_protocol, "the answer of %s to %s %s makes no sense",
                   tokenward_socket(cli->client), question->method, question->path);
}

struct about_daemon {
    const char* version;
};

void say_daemon_lacks(struct cli* cli) {
    static const struct tw_field fields[] = {
        {"version", TW_FIELD_TEXT, offsetof(struct about_daemon, version), NULL}, {0}};
    static const struct question question = {"GET", "/v1/status", NULL, 1000};
    struct about_daemon daemon = {NULL};
    tokenward_problem told = *tokenward_last_problem(cli->client);
    char* detail = tw_arena_copy(&cli->arena, told.detail, strlen(told.detail));
    told.detail = detail != NULL ? detail : "";
    told.title = tokenward_strerror(told.error);
    struct tw_buffer reply = {0};
    if (ask_quietly(cli, &question, &reply) == tokenward_ok)
        tw_read_document(reply.bytes, reply.size, &cli->arena, fields, &daemon);
    tw_buffer_free(&reply);
    // One of the same version knows the path: what is not there is something else, which its words name.
    if (daemon.version != NULL && strcmp(daemon.version, TOKENWARD_VERSION) == 0) {
        tw_fail_again(cli->client, &told);
        complain_with(cli, NULL);
        return;
    }
    say("this daemon (%s%s) does not know what `tokenward %s` (version %s) asks for: a newer tokenwardd does",
        daemon.version != NULL ? "version " : "of an unknown version",
        daemon.version != NULL ? daemon.version : "", cli->command->name, TOKENWARD_VERSION);
}
