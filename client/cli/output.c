// What the command writes: answers to standard output, messages to standard error.
#include "client/bytes/utf8.h"
#include "client/cli/cli.h"
#include "common/errors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void occupy_closed_streams(void) {
    for (int fd = 0; fd <= 2; ++fd)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC) < 0)
            _exit(exit_broken);
}

bool write_all(int fd, const char* bytes, size_t size) {
    while (size != 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

int emit_on(struct tw_buffer* out) {
    bool complete = !out->failed && write_all(STDOUT_FILENO, out->bytes, out->size);
    // A reader that has seen enough (`| head`) needs no message.
    if (!complete && errno != EPIPE)
        say("cannot write to the standard output: %s", strerror(out->failed ? ENOMEM : errno));
    tw_buffer_clear(out);
    return complete ? exit_done : exit_no_output;
}

int emit(struct tw_buffer* out) {
    int status = emit_on(out);
    tw_buffer_free(out);
    return status;
}

/// U+061C, U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF: they end a line or turn its
/// direction.
static bool is_misleading(const char* text, size_t length) {
    const unsigned char* at = (const unsigned char*)text;
    if (length == 2) return at[0] == 0xd8 && at[1] == 0x9c;
    if (length != 3) return false;
    if (at[0] == 0xef) return at[1] == 0xbb && at[2] == 0xbf;
    if (at[0] != 0xe2) return false;
    if (at[1] == 0x80) return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
    return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9;
}

void append_clean(struct tw_buffer* out, const char* text) {
    for (const char* end = text + strlen(text); text != end;) {
        size_t length = tw_utf8_length(text, end);
        unsigned char first = (unsigned char)text[0];
        bool c1 = length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0; // U+0080 to U+009F
        bool harmful = length == 0 || first < 0x20 || first == 0x7f || c1 || is_misleading(text, length);
        tw_buffer_append(out, harmful ? "?" : text, harmful ? 1 : length);
        text += length != 0 ? length : 1;
    }
}

void say(const char* format, ...) {
    struct tw_buffer line = {0};
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tw_buffer_append_text(&line, "tokenward: ");
    append_clean(&line, text);
    tw_buffer_append_text(&line, "\n");
    if (!line.failed) write_all(STDERR_FILENO, line.bytes, line.size);
    tw_buffer_free(&line);
}

struct error_exit {
    int error;
    int exit_status;
};

static const struct error_exit error_exits[] = {
#define X(code, http_status, exit_status, title) {tokenward_error_##code, exit_status},
    TOKENWARD_ERRORS(X)
#undef X
        {tokenward_error_no_daemon, exit_later},
    {tokenward_error_connection_lost, exit_later},
    {tokenward_error_deadline, exit_later},
    {tokenward_error_socket_denied, exit_denied},
    {tokenward_error_invalid_argument, exit_usage},
};

int exit_status_of(const tokenward_problem* problem) {
    for (size_t i = 0; i < sizeof error_exits / sizeof *error_exits; ++i)
        if (error_exits[i].error == problem->error) return error_exits[i].exit_status;
    bool of_newer_daemon = problem->error == tokenward_error_other && problem->http_status < 500;
    return of_newer_daemon ? exit_usage : exit_broken;
}

/// Whether the daemon notices a corrected secret by itself depends on where it reads it; its words tell.
static const char* advice_on_secret(const char* detail) {
    if (strstr(detail, "too often") != NULL) return "if the secret is wrong, correct it meanwhile";
    if (strstr(detail, "restart") != NULL)
        return "correct the secret, then restart the daemon: `systemctl restart tokenward`";
    if (strstr(detail, "until it changes") != NULL)
        return "correct the secret in its file: the daemon notices that by itself";
    return "correct the secret where the configuration reads it; a file's change is noticed, any other needs "
           "`systemctl restart tokenward`";
}

// Where the daemon's words can't know it.
const char* usual_advice(const tokenward_problem* problem) {
    switch (problem->error) {
    case tokenward_error_socket_denied:
        return "the modes of the socket and of its folder decide who may connect";
    case tokenward_error_denied:
        return "`tokenward identities` lists what you may use; `allow` in the daemon's configuration grants "
               "it";
    case tokenward_error_unknown_identity: return "`tokenward identities` lists them";
    case tokenward_error_unknown_scope:
        return "`tokenward identities` lists the scopes; others are written project:NAME, project_id:ID, "
               "domain:NAME, domain_id:ID or unscoped";
    case tokenward_error_no_such_resource: return "check the spelling";
    case tokenward_error_precondition_failed:
        return "nothing was done; a newer token is held already, or none";
    case tokenward_error_credential_rejected: return advice_on_secret(problem->detail);
    case tokenward_error_connection_lost:
        return "it may be restarting: try again; if that does not help, see systemctl status tokenward";
    case tokenward_error_internal: return "the daemon's log says more: journalctl -u tokenward";
    case tokenward_error_protocol:
    case tokenward_error_other:
        return "the daemon and this command (" TOKENWARD_VERSION ") may be of different versions";
    default: return NULL;
    }
}

int complain_with(const struct cli* cli, const char* advice) {
    const tokenward_problem* problem = tokenward_last_problem(cli->client);
    if (problem->error == tokenward_error_no_daemon) {
        say("%s: is tokenwardd running? (systemctl status tokenward)", problem->detail);
        return exit_status_of(problem);
    }
    const char* what = *problem->detail != '\0' ? problem->detail : problem->title;
    char scope[256] = ""; // the longest that there are; of longer ones the reason counts
    if (cli->scope != NULL) tw_utf8_copy(scope, sizeof scope, cli->scope);
    if (cli->scope != NULL)
        say("%s/%s%s: %s", cli->identity, scope, strlen(scope) < strlen(cli->scope) ? "…" : "", what);
    else
        say("%s", what);
    if (problem->retry_after >= 0) say("try again in %ld s", problem->retry_after);
    if (advice != NULL) say("%s", advice);
    return exit_status_of(problem);
}

int complain(struct cli* cli) {
    const tokenward_problem* problem = tokenward_last_problem(cli->client);
    if (problem->error != tokenward_error_not_found) return complain_with(cli, usual_advice(problem));
    int status = exit_status_of(problem);
    say_daemon_lacks(cli);
    return status;
}
