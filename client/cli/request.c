// tokenward-request: calls a service with a token; reports a refusal and calls once more.
#include "client/cli/request.h"

#include "client/cli/listing.h"
#include "client/cli/request_help.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

/// The exit status of curl -f.
enum { exit_service_error = 22 };

static const struct command command = {.name = "request", .help = TOKENWARD_REQUEST_HELP};

/// The value of --header: a field of one line, and not X-Auth-Token.
static const char* option_field(struct cli* cli) {
    const char* colon = strchr(optarg, ':');
    if (colon == NULL || colon == optarg || strpbrk(optarg, "\r\n") != NULL)
        usage_error(cli, "--header takes 'NAME: VALUE' in one line, not \"%s\"", optarg);
    static const char ours[] = "X-Auth-Token";
    size_t name = strcspn(optarg, ":; \t"); // libcurl takes a semicolon for the colon of an empty field
    if (name == sizeof ours - 1 && strncasecmp(optarg, ours, name) == 0)
        usage_error(cli, "X-Auth-Token is what this command adds itself");
    return optarg;
}

static const char* take_options(struct cli* cli, struct service_call* call, const char** fields) {
    enum { interface = 256, region, max_time, anywhere, cacert };
    static const struct option options[] = {{"scope", required_argument, NULL, 's'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"header", required_argument, NULL, 'H'},
                                            {"include", no_argument, NULL, 'i'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"interface", required_argument, NULL, interface},
                                            {"region", required_argument, NULL, region},
                                            {"cacert", required_argument, NULL, cacert},
                                            {"max-time", required_argument, NULL, max_time},
                                            {"anywhere", no_argument, NULL, anywhere},
                                            COMMON_OPTIONS};
    const char* scope = getenv("TOKENWARD_SCOPE");
    for (int option; (option = next_option(cli, ":s:d:H:io:h", options)) != -1;) {
        switch (option) {
        case 's': scope = optarg; break;
        case 'd': take_body(cli, optarg, call); break;
        case 'H': fields[call->field_count++] = option_field(cli); break;
        case 'i': call->include = true; break;
        case 'o': call->output = strcmp(optarg, "-") == 0 ? NULL : optarg; break;
        case interface: call->interface = optarg; break;
        case region: call->region = optarg; break;
        case cacert: call->cacert = optarg; break;
        case max_time: call->max_time = option_number(cli, "--max-time", 1, 86400); break;
        default: call->anywhere = true;
        }
    }
    call->fields = fields;
    return scope != NULL && *scope != '\0' ? scope : NULL;
}

static void take_operands(struct cli* cli, struct service_call* call) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int given = cli->argc - optind;
    if (given < 2) usage_error(cli, "METHOD and URL or SERVICE/PATH are needed, as in GET compute/servers");
    if (given > 2) usage_error(cli, "one METHOD and one URL only; \"%s\" is too many", cli->argv[optind + 2]);
    call->method = cli->argv[optind];
    call->place = cli->argv[optind + 1];
    size_t size = strspn(call->method, letters);
    if (size == 0 || size > 32 || call->method[size] != '\0')
        usage_error(cli, "\"%s\" is no method, such as GET, POST or DELETE", call->method);
}

/// Takes the only scope that has a name.
static int take_only_scope(struct cli* cli) {
    struct identity_node* first = NULL;
    int status = fetch_identities(cli, &first, NULL);
    if (status != exit_done) return status;
    int count = 0;
    for (const struct identity_node* node = first; node != NULL; node = node->next)
        for (const struct text_node* scope = node->scopes; scope != NULL; scope = scope->next, ++count) {
            cli->identity = node->name;
            cli->scope = scope->text;
        }
    if (count != 1)
        usage_error(
            cli, "whose token? --scope [IDENTITY/]SCOPE or TOKENWARD_SCOPE says it; `tokenward identities` "
                 "lists them");
    return exit_done;
}

/// Reports the refusal; returns whether to call again with the token that is current then.
static bool report(struct cli* cli, const tokenward_token* token, const struct outcome* outcome) {
    int verdict = tokenward_verdict_other;
    const char* body = outcome->body.bytes != NULL ? outcome->body.bytes + outcome->head_size : NULL;
    if (tokenward_report(cli->client, cli->identity, cli->scope, token->fingerprint, (int)outcome->status,
                         body, outcome->body.size - outcome->head_size, 0, &verdict, NULL) != tokenward_ok) {
        complain(cli);
        return false;
    }
    if (verdict == tokenward_verdict_damped)
        say("%s/%s: refused again and again, though the token is new: look at the region and the rights",
            cli->identity, cli->scope);
    if (verdict == tokenward_verdict_not_about_the_token && outcome->status == 401)
        say("%s/%s: the service refuses the request, not the token", cli->identity, cli->scope);
    return verdict == tokenward_verdict_invalidated || verdict == tokenward_verdict_already_replaced;
}

/// Makes the call; `*again` is set if it should be made again with the token that is current then.
static int call_once(struct cli* cli, const struct service_call* call, struct outcome* outcome, bool* again) {
    tokenward_token* token = NULL;
    *again = false;
    if (tokenward_get(cli->client, cli->identity, cli->scope, NULL, &token) != tokenward_ok)
        return complain(cli);
    int status = send_call(call, token, outcome);
    if (status == exit_done && is_refusal(outcome->status))
        *again = report(cli, token, outcome) && outcome->held_back;
    tokenward_token_free(token);
    return status;
}

/// Makes the call, and makes it again with another token if the first was refused. Prints the last answer.
static int run(struct cli* cli, const struct service_call* call) {
    bool again = false;
    struct outcome first = {0}, second = {0};
    struct outcome* last = &first;
    int status = call_once(cli, call, &first, &again);
    if (status == exit_done && again) {
        status = call_once(cli, call, &second, &again);
        if (second.status != 0) last = &second;
    }
    if (last->held_back && print_held_back(call, last) != exit_done) status = exit_no_output;
    if (status == exit_done && last->status >= 400) status = exit_service_error;
    tw_buffer_free(&first.body);
    tw_buffer_free(&second.body);
    return status;
}

static const char* chosen_cacert(void) {
    static const char* const names[] = {"OS_CACERT", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
        const char* value = getenv(names[i]);
        if (value != NULL && *value != '\0') return value;
    }
    return NULL;
}

int main(int argc, char** argv) {
    (void)signal(SIGPIPE, SIG_IGN);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no token in a core dump
    occupy_closed_streams();
    opterr = 0;
    struct cli cli = {.command = &command, .argc = argc, .argv = argv};
    struct service_call call = {.body_fd = -1, .max_time = 300, .cacert = chosen_cacert()};
    const char** fields = tw_arena_take(&cli.arena, (size_t)argc * sizeof *fields);
    if (fields == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        say("memory ran out");
        return exit_broken;
    }
    const char* scope = take_options(&cli, &call, fields);
    take_operands(&cli, &call);
    open_handle(&cli);
    int status = scope != NULL ? take_target(&cli, scope) : take_only_scope(&cli);
    if (status == exit_done) status = find_place(&cli, &call);
    if (status == exit_done) status = run(&cli, &call);
    curl_url_cleanup(call.url);
    tokenward_close(cli.client);
    tw_arena_free(&cli.arena);
    curl_global_cleanup();
    return status;
}
