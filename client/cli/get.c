// tokenward get: prints the token in one of several forms.
#include "client/cli/environment.h"

#include <string.h>
#include <unistd.h>

const char get_help[] = "Usage: tokenward get [OPTION]... [IDENTITY/]SCOPE\n"
                        "\n"
                        "Prints the token and nothing else. SCOPE is a configured name, project:NAME,\n"
                        "project_id:ID, domain:NAME, domain_id:ID or unscoped. Without an IDENTITY:\n"
                        "$TOKENWARD_IDENTITY, else the only one that you may use.\n"
                        "\n"
                        "  -o, --output FORM  token (default), or\n"
                        "                     json    the token and what is known about it\n"
                        "                     header  X-Auth-Token: TOKEN\n"
                        "                     bearer  Authorization: Bearer TOKEN\n"
                        "                     env     lines for `eval` that set OS_TOKEN, OS_AUTH_URL...\n"
                        "      --min-ttl S    valid for at least S more seconds, else a new one\n"
                        "      --max-wait S   give up after S seconds (default 30)\n"
                        "      --socket PATH  the daemon's socket\n"
                        "\n"
                        "Exit status: 3 denied, 4 no such scope, 5 MFA code needed, 6 credential\n"
                        "refused, 7 try later; `tokenward --help` has them all.\n"
                        "\n"
                        "Example: tokenward get -o header ci/eu-de | curl -H @- https://ecs.example/\n";

enum form { form_token, form_json, form_header, form_bearer, form_env };

/// `export NAME='VALUE'`, safe for any value in any POSIX shell.
static void append_export(struct tw_buffer* out, const char* name, const char* value) {
    tw_buffer_append_format(out, "export %s='", name);
    for (; *value != '\0'; ++value) {
        if (*value == '\'')
            tw_buffer_append_text(out, "'\\''");
        else
            tw_buffer_append(out, value, 1);
    }
    tw_buffer_append_text(out, "'\n");
}

/// Whether the `size` bytes at `name` are a name of a shell variable. No other may get into the output for
/// `eval`.
static bool is_variable(const char* name, size_t size) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return size != 0 && (*name < '0' || *name > '9') && strspn(name, letters) >= size;
}

static int append_env(struct cli* cli, struct tw_buffer* out, const tokenward_token* token) {
    struct os_variable variables[os_variables_size];
    int status = describe_environment(cli, token, NULL, variables);
    if (status != exit_done) return status;
    for (char** entry = environ; *entry != NULL; ++entry) {
        size_t size = strcspn(*entry, "=");
        if (contradicts_token(*entry) && is_variable(*entry, size))
            tw_buffer_append_format(out, "unset %.*s\n", (int)size, *entry);
    }
    for (const struct os_variable* each = variables; each->name != NULL; ++each)
        append_export(out, each->name, each->value);
    return exit_done;
}

static int append_form(struct cli* cli, struct tw_buffer* out, const tokenward_token* token, int form) {
    if (form == form_env) return append_env(cli, out, token);
    if (form == form_header) tw_buffer_append_text(out, "X-Auth-Token: ");
    if (form == form_bearer) tw_buffer_append_text(out, "Authorization: Bearer ");
    if (form == form_json)
        tw_buffer_append(out, token->document, token->document_size);
    else
        tw_buffer_append(out, token->token, token->token_size);
    tw_buffer_append_text(out, "\n");
    return exit_done;
}

int run_get(struct cli* cli) {
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"min-ttl", required_argument, NULL, 'm'},
                                            {"max-wait", required_argument, NULL, 'w'},
                                            COMMON_OPTIONS};
    static const char* const forms[] = {"token", "json", "header", "bearer", "env", NULL};
    tokenward_get_options how = TOKENWARD_GET_OPTIONS_INIT;
    int form = form_token;
    for (int option; (option = next_option(cli, ":o:h", options)) != -1;) {
        if (option == 'o') form = option_choice(cli, "--output", forms);
        if (option == 'm') how.min_ttl = option_number(cli, "--min-ttl", 0, 999999999);
        if (option == 'w') how.max_wait = option_number(cli, "--max-wait", 0, 999999);
    }
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    if (status != exit_done) return status;
    tokenward_token* token = NULL;
    if (tokenward_get(cli->client, cli->identity, cli->scope, &how, &token) != tokenward_ok)
        return complain(cli);
    struct tw_buffer out = {0};
    status = append_form(cli, &out, token, form);
    tokenward_token_free(token);
    if (status == exit_done) return emit(&out);
    tw_buffer_free(&out);
    return status;
}
