// What other programs are told about a token in their environment.
#include "client/cli/environment.h"

#include "client/bytes/json_fields.h"
#include "client/cli/environment_programs.h"
#include "client/cli/listing.h"

#include <stdlib.h>
#include <string.h>

/// What the token is for.
struct owner {
    const char* project_id;
    const char* project_name;
    const char* project_domain_name;
    const char* domain_id;
    const char* domain_name;
    bool delegated; ///< made with an application credential: the IAM does not exchange such a token for
                    ///< another
};

static const struct tw_field project_domain_fields[] = {
    {"name", TW_FIELD_TEXT, offsetof(struct owner, project_domain_name), NULL}, {0}};

static bool read_project_domain(struct tw_json* r, struct tw_arena* arena, void* owner) {
    return tw_read_fields(r, arena, project_domain_fields, owner);
}

static const struct tw_field project_fields[] = {
    {"id", TW_FIELD_TEXT, offsetof(struct owner, project_id), NULL},
    {"name", TW_FIELD_TEXT, offsetof(struct owner, project_name), NULL},
    {"domain", TW_FIELD_OBJECT, 0, read_project_domain},
    {0}};
static const struct tw_field domain_fields[] = {
    {"id", TW_FIELD_TEXT, offsetof(struct owner, domain_id), NULL},
    {"name", TW_FIELD_TEXT, offsetof(struct owner, domain_name), NULL},
    {0}};

static bool read_project(struct tw_json* r, struct tw_arena* arena, void* owner) {
    return tw_read_fields(r, arena, project_fields, owner);
}

static bool read_domain(struct tw_json* r, struct tw_arena* arena, void* owner) {
    return tw_read_fields(r, arena, domain_fields, owner);
}

static bool read_method(struct tw_json* r, struct tw_arena* arena, void* owner) {
    (void)arena;
    struct owner* of = owner;
    if (r->event == TW_JSON_STRING && tw_json_text_is(r, "application_credential")) of->delegated = true;
    tw_json_skip(r);
    return true;
}

static const struct tw_field document_fields[] = {{"project", TW_FIELD_OBJECT, 0, read_project},
                                                  {"domain", TW_FIELD_OBJECT, 0, read_domain},
                                                  {"methods", TW_FIELD_LIST, 0, read_method},
                                                  {0}};

/// The URL of the identity's IAM; NULL if the daemon does not say.
static const char* auth_url_of(const struct status_list* list, const char* identity) {
    for (const struct status_node* node = list->identities; node != NULL; node = node->next)
        if (strcmp(node->identity, identity) == 0) return node->auth_url;
    return NULL;
}

/// How a program gets the token.
struct way {
    const struct program* program;
    char* const* command;
    struct owner of;
    bool exchanges;       ///< the program exchanges the token for another one
    const char* endpoint; ///< the URL of its service; NULL = it is not given one
};

/// OS_INTERFACE or its older name, in the daemon's spelling; NULL = that of the identity.
static const char* wanted_interface(void) {
    const char* said = getenv("OS_INTERFACE");
    if (said == NULL || *said == '\0') said = getenv("OS_ENDPOINT_TYPE");
    static const char* const known[] = {"public", "internal",
                                        "admin"}; // and publicURL, internalURL, adminURL
    for (size_t i = 0; said != NULL && i < sizeof known / sizeof *known; ++i)
        if (strncmp(said, known[i], strlen(known[i])) == 0) return known[i];
    return NULL;
}

/// Looks up the URL of the program's service; NULL if the catalog has none. Returns an enum tokenward_error.
static int find_endpoint(struct cli* cli, const struct program* program, const char** endpoint) {
    const char* region = getenv("OS_REGION_NAME");
    if (region != NULL && *region == '\0') region = NULL;
    int error = tokenward_error_no_such_resource;
    char* url = NULL;
    for (const char* const* service = program->services; *service != NULL; ++service) {
        error = tokenward_endpoint(cli->client, cli->identity, cli->scope, *service, wanted_interface(),
                                   region, known_at_once_ms, &url);
        if (error != tokenward_error_no_such_resource) break;
    }
    *endpoint = error == tokenward_ok ? tw_arena_copy(&cli->arena, url, strlen(url)) : NULL;
    tokenward_free_text(url);
    return error == tokenward_error_no_such_resource ? tokenward_ok : error;
}

/// Whether the user has set the URL of the service in a variable that is not removed.
static bool has_own_endpoint(const char* variable) {
    const char* said = getenv(variable);
    return said != NULL && *said != '\0' && !contradicts_token(variable);
}

/// Fills in `endpoint` if the program needs it. Returns an exit status, with a message.
static int provide_endpoint(struct cli* cli, struct way* way) {
    const struct program* program = way->program;
    bool listed = program->name != NULL;
    if (program->endpoint_variable == NULL || (listed && way->exchanges)) return exit_done;
    if (has_own_endpoint(program->endpoint_variable)) return exit_done;
    int error = find_endpoint(cli, program, &way->endpoint);
    if (!listed || way->endpoint != NULL || names_endpoint(program, way->command)) return exit_done;
    if (error != tokenward_ok) return complain(cli);
    say("%s/%s: %s gets the address of %s from the catalog of the scope, which has none: look at "
        "OS_REGION_NAME "
        "and OS_INTERFACE, take a scope of a project, or give the address with %s",
        cli->identity, cli->scope, program->name, program->services[0], program->endpoint_option);
    return exit_usage;
}

/// Decides how the program gets the token. Returns an exit status, with a message.
static int choose_way(struct cli* cli, struct way* way) {
    const struct program* program = way->program;
    way->exchanges = program->type_variable != NULL && !way->of.delegated;
    if (way->of.delegated && program->name != NULL && program->endpoint_variable == NULL) {
        say("%s/%s: %s exchanges its token for another, which the IAM refuses for one of an application "
            "credential: give %s the keystoneauth plugin, with OS_AUTH_TYPE=tokenward "
            "OS_TOKENWARD_IDENTITY=%s "
            "OS_TOKENWARD_SCOPE=%s and without `tokenward run`; or use `tokenward request`, or an identity "
            "with a "
            "password",
            cli->identity, cli->scope, program->name, program->name, cli->identity, cli->scope);
        return exit_usage;
    }
    bool scoped = way->of.project_id != NULL || (!program->needs_project && way->of.domain_id != NULL);
    if ((program->needs_project || program->needs_scope) && !scoped) {
        say("%s/%s: %s works in a project, and this token is for none: take a scope of a project, such as "
            "%s/project:NAME",
            cli->identity, cli->scope, program->name, cli->identity);
        return exit_usage;
    }
    return provide_endpoint(cli, way);
}

static void add(struct os_variable** end, const char* name, const char* value) {
    if (name == NULL || value == NULL || *value == '\0') return;
    *(*end)++ = (struct os_variable){name, value};
}

static void add_owner(struct os_variable** end, const struct way* way) {
    const struct owner* of = &way->of;
    if (of->delegated && way->program->drops_project) return;
    if (of->project_id != NULL) {
        add(end, "OS_PROJECT_ID", of->project_id);
        add(end, "OS_PROJECT_NAME", of->project_name);
        // Never OS_USER_DOMAIN_NAME, which Terraform would take too: v3token fails on it.
        add(end, "OS_PROJECT_DOMAIN_NAME", of->project_domain_name);
    } else {
        add(end, "OS_DOMAIN_ID", of->domain_id);
        add(end, "OS_DOMAIN_NAME", of->domain_name);
    }
}

int describe_environment(struct cli* cli, const tokenward_token* token, char* const* command,
                         struct os_variable variables[os_variables_size]) {
    struct status_list list;
    int status = fetch_status(cli, &list, NULL);
    if (status != exit_done) return status;
    struct way way = {.program = find_program(command), .command = command};
    tw_read_document(token->document, token->document_size, &cli->arena, document_fields, &way.of);
    status = choose_way(cli, &way);
    if (status != exit_done) return status;
    bool as_it_is = !way.exchanges && way.program->name != NULL;
    struct os_variable* end = variables;
    add(&end, way.program->type_variable, as_it_is ? "admin_token" : "v3token");
    add(&end, "OS_AUTH_URL", auth_url_of(&list, token->identity));
    add(&end, "OS_IDENTITY_API_VERSION", "3");
    add_owner(&end, &way);
    add(&end, "OS_TOKEN", token->token);
    add(&end, "OS_AUTH_TOKEN", token->token);
    add(&end, way.program->endpoint_variable, way.endpoint);
    *end = (struct os_variable){NULL, NULL};
    return exit_done;
}
