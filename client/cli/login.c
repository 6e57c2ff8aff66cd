// tokenward login: gives the daemon a person's MFA code.
#include "client/cli/listing.h"
#include "client/cli/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char login_help[] = "Usage: tokenward login [OPTION]... [IDENTITY]\n"
                          "\n"
                          "Asks for the code that your MFA device shows, without echo, and has the daemon\n"
                          "log in with it; that one login serves all scopes of the identity. Spaces between\n"
                          "the digits don't matter. In scripts the code is a line of the standard input.\n"
                          "Needs the verb `manage`. Without an IDENTITY: $TOKENWARD_IDENTITY, else the only\n"
                          "one that needs a code now, else the only one that you may use.\n"
                          "\n"
                          "      --socket PATH  the daemon's socket\n"
                          "\n"
                          "The code is never an argument: every user of this machine can see those.\n"
                          "\n"
                          "Exit status: 2 no code, or none is wanted, 3 denied, 4 no such identity, 6 the\n"
                          "IAM refuses code or password, 7 try later; `tokenward --help` has them all.\n"
                          "\n"
                          "Example: tokenward login ci\n";

/// The daemon's limits.
enum { fewest_digits = 4, most_digits = 10 };

/// Removes the spaces; false if the rest is not a passcode.
static bool tidy(char* code) {
    size_t digits = 0;
    for (const char* at = code; *at != '\0'; ++at) {
        if (*at == ' ' || *at == '\t') continue;
        if (*at < '0' || *at > '9') return false;
        code[digits++] = *at;
    }
    code[digits] = '\0';
    return digits >= fewest_digits && digits <= most_digits;
}

static bool looks_like_passcode(const char* text) {
    size_t size = strlen(text);
    return size >= 6 && strspn(text, "0123456789 ") == size;
}

/// Ends with a message that does not repeat what was given.
static _Noreturn void refuse_argument(struct cli* cli) {
    usage_error(cli,
                "a code is not given as an argument, where every user of this machine can see it: leave it "
                "out and wait to be asked; this one should not be used any more");
}

static void read_operands(struct cli* cli) {
    static const struct option options[] = {
        {"passcode", optional_argument, NULL, 'p'}, {"code", optional_argument, NULL, 'p'}, COMMON_OPTIONS};
    while (next_option(cli, ":hp::", options) != -1) refuse_argument(cli);
    for (int i = optind; i < cli->argc; ++i)
        if (looks_like_passcode(cli->argv[i])) refuse_argument(cli);
    if (cli->argc - optind > 1) usage_error(cli, "one identity at a time");
    cli->identity = optind < cli->argc ? cli->argv[optind] : getenv("TOKENWARD_IDENTITY");
    if (cli->identity != NULL && *cli->identity == '\0' && optind == cli->argc) cli->identity = NULL;
    if (cli->identity != NULL && !is_identity(cli->identity))
        usage_error(cli, "\"%s\" is no name of an identity, such as ci", cli->identity);
    open_handle(cli);
}

static bool needs_passcode(const struct status_node* identity) {
    for (const struct scope_node* scope = identity->scopes; scope != NULL; scope = scope->next)
        if (wants_passcode(scope)) return true;
    return false;
}

/// Appends the names of the identities, with `needy` only those that need a passcode; returns the last one.
static const char* append_names(struct tw_buffer* names, const struct status_list* list, bool needy,
                                int* count) {
    const char* last = NULL;
    *count = 0;
    for (const struct status_node* node = list->identities; node != NULL; node = node->next) {
        if (needy && !needs_passcode(node)) continue;
        tw_buffer_append_format(names, " %s", node->identity);
        last = node->identity;
        ++*count;
    }
    return last;
}

/// Takes the only identity that needs a passcode; if none does, the only one there is.
static int choose_identity(struct cli* cli) {
    struct status_list list;
    int status = fetch_status(cli, &list, NULL);
    if (status != exit_done) return status;
    struct tw_buffer names = {0};
    int count = 0;
    cli->identity = append_names(&names, &list, true, &count);
    bool needy = count != 0;
    if (!needy) cli->identity = append_names(&names, &list, false, &count);
    if (count == 0) usage_error(cli, "which identity? there is none that you may use");
    tw_buffer_append(&names, "", 1);
    if (count > 1)
        usage_error(cli, "which identity? %s:%s", needy ? "several need a code" : "you may use several",
                    names.failed ? " …" : names.bytes);
    tw_buffer_free(&names);
    return exit_done;
}

/// Advice for the person at the prompt; the usual advice is for whoever maintains the configuration.
static const char* login_advice(const tokenward_problem* problem) {
    switch (problem->error) {
    case tokenward_error_credential_rejected:
        return "a code is good for one login and about half a minute: run `tokenward login` again with the "
               "next one";
    case tokenward_error_denied:
        return "a login needs the verb `manage`, which `allow` in the daemon's configuration grants; "
               "`tokenward identities` lists what you may do";
    case tokenward_error_connection_lost:
    case tokenward_error_deadline:
        return "it is not known whether the code was used: `tokenward status` says; if not, take the next "
               "one";
    default: return usual_advice(problem);
    }
}

/// Asks for the code; returns an exit status.
static int ask_code(const struct cli* cli, char* code, size_t size) {
    char prompt[96];
    snprintf(prompt, sizeof prompt, "Passcode for %s: ", cli->identity);
    int error = ask_unseen(prompt, code, size);
    if (error == ENODATA) say("no code came; nothing was sent");
    if (error != 0) return error == ENODATA ? exit_usage : exit_broken;
    if (tidy(code)) return exit_done;
    say("a code has %d to %d digits, most often 6; nothing was sent", fewest_digits, most_digits);
    return exit_usage;
}

int run_login(struct cli* cli) {
    read_operands(cli);
    int status = cli->identity != NULL ? exit_done : choose_identity(cli);
    if (status != exit_done) return status;
    char code[64] = "";
    status = ask_code(cli, code, sizeof code);
    int error = status == exit_done ? tokenward_passcode(cli->client, cli->identity, code, 0) : tokenward_ok;
    explicit_bzero(code, sizeof code);
    if (status != exit_done) return status;
    if (error != tokenward_ok) return complain_with(cli, login_advice(last_problem(cli)));
    say("%s: logged in", cli->identity);
    return exit_done;
}
