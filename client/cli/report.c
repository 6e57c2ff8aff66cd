// tokenward report, invalidate and renew.
#include "client/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char report_help[] =
    "Usage: tokenward report --fingerprint FP --status N [OPTION]...\n"
    "                        [IDENTITY/]SCOPE\n"
    "\n"
    "Reports to the daemon that a service refused a token. The daemon decides whether\n"
    "the token was the reason. Prints the verdict and the current fingerprint (or -):\n"
    "  invalidated          the token is gone: get a new one and call once more\n"
    "  already_replaced     there is a newer one: get it and call once more\n"
    "  not_about_the_token  a new token would not help\n"
    "  damped               refused repeatedly: no new login for now\n"
    "\n"
    "  -f, --fingerprint FP  of the refused token, from `tokenward get -o json`\n"
    "  -n, --status N        the HTTP status of the refusal\n"
    "  -b, --body TEXT       the body of the service's answer\n"
    "      --body-file F     the same from a file, - for the standard input\n"
    "      --socket PATH     the daemon's socket\n"
    "\n"
    "Example: tokenward report -f sha256:9f86d081884c7d65 -n 401 ci/eu-de\n";

const char invalidate_help[] =
    "Usage: tokenward invalidate [OPTION]... [IDENTITY/]SCOPE\n"
    "\n"
    "Has the daemon drop the token: it is never served again. If a service refused\n"
    "it, use `tokenward report` instead: the daemon then decides.\n"
    "\n"
    "  -f, --fingerprint FP  only if this is still the current token (else exit 2)\n"
    "      --socket PATH     the daemon's socket\n"
    "\n"
    "Example: tokenward invalidate ci/eu-de\n";

const char renew_help[] = "Usage: tokenward renew [OPTION]... [IDENTITY/]SCOPE\n"
                          "\n"
                          "Has the daemon fetch a new token now; the old one is served until then. Prints\n"
                          "the new token's fingerprint and when it expires. Needs the verb `manage`.\n"
                          "\n"
                          "      --socket PATH  the daemon's socket\n"
                          "\n"
                          "Example: tokenward renew ci/eu-de\n";

static const char* const verdicts[] = {
    [tokenward_verdict_other] = "other",
    [tokenward_verdict_invalidated] = "invalidated",
    [tokenward_verdict_already_replaced] = "already_replaced",
    [tokenward_verdict_not_about_the_token] = "not_about_the_token",
    [tokenward_verdict_damped] = "damped",
};

/// The library sends less than this.
enum { body_limit = 64 * 1024 };

static void read_body(struct cli* cli, const char* file, struct tw_buffer* body) {
    int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : 1;
    while (count > 0 && body->size < body_limit && tw_buffer_reserve(body, body_limit - body->size)) {
        do count = read(fd, body->bytes + body->size, body_limit - body->size);
        while (count < 0 && errno == EINTR);
        if (count > 0) body->size += (size_t)count;
    }
    if (count < 0) usage_error(cli, "cannot read %s: %s", file, strerror(errno));
    if (fd != STDIN_FILENO) close(fd);
}

/// The value of --fingerprint; anything but a fingerprint is a usage error.
static const char* option_fingerprint(struct cli* cli) {
    static const char prefix[] = "sha256:";
    const char* digits = optarg + sizeof prefix - 1;
    if (strncmp(optarg, prefix, sizeof prefix - 1) != 0 || strlen(digits) != 16 ||
        strspn(digits, "0123456789abcdef") != 16)
        usage_error(cli,
                    "\"%s\" is no fingerprint: sha256: and 16 hex digits, as `tokenward get -o json` has it",
                    optarg);
    return optarg;
}

/// What the command line of `report` says.
struct refusal {
    const char* fingerprint;
    int status;
    struct tw_buffer body;
};

static void read_refusal(struct cli* cli, struct refusal* refusal) {
    static const struct option options[] = {{"fingerprint", required_argument, NULL, 'f'},
                                            {"status", required_argument, NULL, 'n'},
                                            {"body", required_argument, NULL, 'b'},
                                            {"body-file", required_argument, NULL, 'B'},
                                            COMMON_OPTIONS};
    bool has_body = false;
    for (int option; (option = next_option(cli, ":f:n:b:h", options)) != -1;) {
        if (option == 'f') refusal->fingerprint = option_fingerprint(cli);
        if (option == 'n') refusal->status = (int)option_number(cli, "--status", 100, 599);
        if (option != 'b' && option != 'B') continue;
        if (has_body) usage_error(cli, "--body and --body-file: one of them, once");
        has_body = true;
        if (option == 'b') tw_buffer_append_text(&refusal->body, optarg);
        if (option == 'B') read_body(cli, optarg, &refusal->body);
    }
    if (refusal->fingerprint == NULL) usage_error(cli, "--fingerprint is missing");
    if (refusal->status == 0) usage_error(cli, "--status is missing");
}

int run_report(struct cli* cli) {
    struct refusal refusal = {0};
    read_refusal(cli, &refusal);
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    int verdict = tokenward_verdict_other;
    char current[TOKENWARD_FINGERPRINT_SIZE];
    int error = tokenward_ok;
    if (status == exit_done)
        error = tokenward_report(cli->client, cli->identity, cli->scope, refusal.fingerprint, refusal.status,
                                 refusal.body.bytes, refusal.body.size, 0, &verdict, current);
    tw_buffer_free(&refusal.body);
    if (status != exit_done) return status;
    if (error != tokenward_ok) return complain(cli);
    struct tw_buffer out = {0};
    tw_buffer_append_format(&out, "%s %s\n", verdicts[verdict], *current != '\0' ? current : "-");
    return emit(&out);
}

int run_invalidate(struct cli* cli) {
    static const struct option options[] = {{"fingerprint", required_argument, NULL, 'f'}, COMMON_OPTIONS};
    const char* fingerprint = NULL;
    while (next_option(cli, ":f:h", options) != -1) fingerprint = option_fingerprint(cli);
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    if (status != exit_done) return status;
    int error = tokenward_invalidate(cli->client, cli->identity, cli->scope, fingerprint, 0);
    return error == tokenward_ok ? exit_done : complain(cli);
}

int run_renew(struct cli* cli) {
    static const struct option options[] = {COMMON_OPTIONS};
    next_option(cli, ":h", options);
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    if (status != exit_done) return status;
    tokenward_token* token = NULL;
    if (tokenward_renew(cli->client, cli->identity, cli->scope, 0, &token) != tokenward_ok)
        return complain(cli);
    struct tw_buffer out = {0};
    append_clean(&out, token->fingerprint);
    tw_buffer_append_text(&out, " until ");
    append_clean(&out, token->expires_at);
    tw_buffer_append_text(&out, "\n");
    tokenward_token_free(token);
    return emit(&out);
}
