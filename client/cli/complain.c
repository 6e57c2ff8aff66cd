// What the command says when something failed: the problem, what can be done, and the exit status.
#include "client/bytes/json_fields.h"
#include "client/bytes/utf8.h"
#include "client/cli/cli.h"
#include "common/errors.h"

#include <string.h>

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

/// Whether the daemon notices a corrected secret depends on where it reads it, which its detail tells.
static const char* advice_on_secret(const char* detail) {
    if (strstr(detail, "too often") != NULL) return "if the secret is wrong, correct it meanwhile";
    if (strstr(detail, "restart") != NULL)
        return "correct the secret, then restart the daemon: `systemctl restart tokenward`";
    if (strstr(detail, "until it changes") != NULL)
        return "correct the secret in its file: the daemon notices that by itself";
    return "correct the secret where the configuration reads it; a file's change is noticed, any other needs "
           "`systemctl restart tokenward`";
}

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

/// Writes a problem; returns the exit status.
static int complain_about(const struct cli* cli, const tokenward_problem* problem, const char* advice) {
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

int complain_with(const struct cli* cli, const char* advice) {
    return complain_about(cli, last_problem(cli), advice);
}

struct about_daemon {
    const char* version;
};

/// Asks the daemon for its version; NULL if that is not known.
static const char* ask_version(struct cli* cli) {
    static const struct tw_field fields[] = {
        {"version", TW_FIELD_TEXT, offsetof(struct about_daemon, version), NULL}, {0}};
    static const struct api_request request = {"GET", "/v1/status", NULL, 1000};
    struct about_daemon daemon = {NULL};
    char* reply = NULL;
    if (ask_daemon(cli, &request, &reply) == tokenward_ok)
        (void)read_reply(cli, &request, reply, fields, &daemon); // then it stays NULL
    tokenward_free_text(reply);
    return daemon.version;
}

/// After not_found: a daemon of another version does not have the path; one of this version has not found
/// what the path names.
static int complain_not_found(struct cli* cli, const tokenward_problem* problem) {
    tokenward_problem told = *problem; // its texts are valid until the next request
    char* detail = tw_arena_copy(&cli->arena, told.detail, strlen(told.detail));
    told.detail = detail != NULL ? detail : "";
    told.title = tokenward_strerror(told.error);
    const char* version = ask_version(cli);
    if (version != NULL && strcmp(version, TOKENWARD_VERSION) == 0) return complain_about(cli, &told, NULL);
    say("this daemon (%s%s) does not know what `tokenward %s` (version %s) asks for: a newer tokenwardd does",
        version != NULL ? "version " : "of an unknown version", version != NULL ? version : "",
        cli->command->name, TOKENWARD_VERSION);
    return exit_status_of(&told);
}

int complain(struct cli* cli) {
    const tokenward_problem* problem = last_problem(cli);
    if (problem->error == tokenward_error_not_found) return complain_not_found(cli, problem);
    return complain_with(cli, usual_advice(problem));
}
