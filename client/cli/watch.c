// tokenward watch: prints a line of JSON for each change of a token.
#include "client/bytes/json_string.h"
#include "client/cli/cli.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char watch_help[] = "Usage: tokenward watch [OPTION]... [IDENTITY/]SCOPE\n"
                          "\n"
                          "Prints a line of JSON for the current token, and for each later one:\n"
                          "  {\"fingerprint\":\"sha256:...\",\"identity\":\"ci\",\"scope\":\"eu-de\",\n"
                          "   \"issued_at\":...,\"expires_at\":...,\"expires_in\":71999}\n"
                          "Without --token the token itself is left out. Errors that pass, such as an IAM\n"
                          "that is unavailable, are written to the standard error, and the watch goes on.\n"
                          "It ends when nobody reads its output, or when you may not have the token.\n"
                          "\n"
                          "  -t, --token        put the token into each line\n"
                          "  -n, --count N      end after N lines\n"
                          "      --socket PATH  the daemon's socket\n"
                          "\n"
                          "Exit status: 0 N lines were printed, 1 nobody reads; `tokenward --help` has the\n"
                          "others.\n"
                          "\n"
                          "Example: tokenward watch ci/eu-de | while read -r line; do ./reload; done\n";

enum { held_s = 300, shortest_pause_ms = 250, longest_pause_ms = 15000 };

static void append_member(struct tw_buffer* out, const char* name, const char* value) {
    tw_buffer_append_format(out, ",\"%s\":", name);
    tw_json_append_string(out, value, strlen(value), (size_t)-1);
}

static void append_line(struct tw_buffer* out, const tokenward_token* token, bool with_token) {
    tw_buffer_append_text(out, "{\"fingerprint\":");
    tw_json_append_string(out, token->fingerprint, strlen(token->fingerprint), (size_t)-1);
    append_member(out, "identity", token->identity);
    append_member(out, "scope", token->scope);
    append_member(out, "issued_at", token->issued_at);
    append_member(out, "expires_at", token->expires_at);
    tw_buffer_append_format(out, ",\"expires_in\":%lld", token->expires_in);
    if (with_token) append_member(out, "token", token->token);
    tw_buffer_append_text(out, "}\n");
}

/// Whether the same request may succeed later.
static bool may_pass(int exit_status) {
    return exit_status == exit_later || exit_status == 5 || exit_status == 6 || exit_status == 8;
}

/// Waits for the call, or only for the time if it is NULL; false: nobody reads the standard output any more.
static bool wait_while_read(const tokenward_pending* call, int milliseconds) {
    struct pollfd entries[2] = {{.fd = STDOUT_FILENO, .events = 0}, {.fd = -1, .events = 0}};
    if (call != NULL) {
        entries[1].fd = tokenward_pending_fd(call);
        entries[1].events = (short)tokenward_pending_events(call);
    }
    int ready = poll(entries, 2, milliseconds);
    return ready <= 0 || (entries[0].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

struct watch {
    char seen[TOKENWARD_FINGERPRINT_SIZE]; ///< "" = none yet
    bool with_token;
    long lines_left; ///< -1 = no limit
    long pause_ms;
    int reported; ///< the last error that was written
};

/// Handles a failure, and pauses; exit_done = the watch goes on.
static int handle_failure(struct cli* cli, struct watch* watch, int error) {
    const tokenward_problem* problem = last_problem(cli);
    int status = exit_status_of(problem);
    if (!may_pass(status)) return complain(cli);
    long pause_ms = watch->pause_ms;
    if (problem->retry_after > 0 && problem->retry_after * 1000 > pause_ms)
        pause_ms =
            problem->retry_after < longest_pause_ms / 1000 ? problem->retry_after * 1000 : longest_pause_ms;
    // A lost connection is most often a restart of the daemon: no message.
    bool restart = error == tokenward_error_connection_lost;
    if (!restart && error != watch->reported) {
        complain(cli);
        watch->reported = error;
    }
    watch->pause_ms = watch->pause_ms * 2 < longest_pause_ms ? watch->pause_ms * 2 : longest_pause_ms;
    return wait_while_read(NULL, (int)pause_ms) ? exit_done : exit_no_output;
}

/// Prints a line if the token is another one than before.
static int print_change(struct watch* watch, tokenward_token* token) {
    struct tw_buffer out = {0};
    bool is_new = strcmp(watch->seen, token->fingerprint) != 0;
    if (is_new) append_line(&out, token, watch->with_token);
    snprintf(watch->seen, sizeof watch->seen, "%s", token->fingerprint);
    tokenward_token_free(token);
    if (is_new && watch->lines_left > 0) --watch->lines_left;
    return emit(&out);
}

/// One wait for a change; exit_done = the watch goes on.
static int watch_once(struct cli* cli, struct watch* watch) {
    tokenward_pending* call = NULL;
    const char* seen = *watch->seen != '\0' ? watch->seen : NULL;
    int error = tokenward_start_watch(cli->client, cli->identity, cli->scope, seen, held_s, 0, &call);
    bool read = true;
    while (error == tokenward_ok && read && (error = tokenward_pending_advance(call)) == tokenward_again) {
        read = wait_while_read(call, tokenward_pending_timeout(call));
        error = tokenward_ok;
    }
    tokenward_token* token = error == tokenward_ok && read ? tokenward_pending_token(call) : NULL;
    int status = read ? exit_done : exit_no_output;
    if (read && error != tokenward_ok) {
        status = handle_failure(cli, watch, error);
    } else if (read) {
        watch->pause_ms = shortest_pause_ms;
        watch->reported = tokenward_ok;
    }
    tokenward_pending_free(call);
    return token != NULL ? print_change(watch, token) : status;
}

int run_watch(struct cli* cli) {
    static const struct option options[] = {
        {"token", no_argument, NULL, 't'}, {"count", required_argument, NULL, 'n'}, COMMON_OPTIONS};
    struct watch watch = {.lines_left = -1, .pause_ms = shortest_pause_ms};
    for (int option; (option = next_option(cli, ":tn:h", options)) != -1;) {
        if (option == 't') watch.with_token = true;
        if (option == 'n') watch.lines_left = option_number(cli, "--count", 1, 999999999);
    }
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    while (status == exit_done && watch.lines_left != 0) status = watch_once(cli, &watch);
    return status;
}
