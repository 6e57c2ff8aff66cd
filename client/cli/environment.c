// See environment.h.
#include "client/cli/environment.h"

#include "client/cli/listing.h"
#include "client/json_fields.h"

#include <string.h>

/// Whom the token is for.
struct owner {
    const char* project_id;
    const char* project_name;
    const char* project_domain_name;
    const char* domain_id;
    const char* domain_name;
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

static const struct tw_field document_fields[] = {
    {"project", TW_FIELD_OBJECT, 0, read_project}, {"domain", TW_FIELD_OBJECT, 0, read_domain}, {0}};

/// Where the identity's IAM is; NULL if the daemon does not say.
static const char* auth_url_of(const struct status_list* list, const char* identity) {
    for (const struct status_node* node = list->identities; node != NULL; node = node->next)
        if (strcmp(node->identity, identity) == 0) return node->auth_url;
    return NULL;
}

static void add(struct os_variable** end, const char* name, const char* value) {
    if (value == NULL || *value == '\0') return;
    *(*end)++ = (struct os_variable){name, value};
}

int describe_environment(struct cli* cli, const tokenward_token* token,
                         struct os_variable variables[os_variables_size]) {
    struct status_list list;
    int status = fetch_status(cli, &list, NULL);
    if (status != exit_done) return status;
    struct owner of = {0};
    tw_read_document(token->document, token->document_size, &cli->arena, document_fields, &of);
    struct os_variable* end = variables;
    add(&end, "OS_AUTH_TYPE", "v3token");
    add(&end, "OS_AUTH_URL", auth_url_of(&list, token->identity));
    add(&end, "OS_IDENTITY_API_VERSION", "3");
    if (of.project_id != NULL) {
        add(&end, "OS_PROJECT_ID", of.project_id);
        add(&end, "OS_PROJECT_NAME", of.project_name);
        // Never OS_USER_DOMAIN_NAME, which Terraform would take too: v3token fails on it.
        add(&end, "OS_PROJECT_DOMAIN_NAME", of.project_domain_name);
    } else {
        add(&end, "OS_DOMAIN_ID", of.domain_id);
        add(&end, "OS_DOMAIN_NAME", of.domain_name);
    }
    add(&end, "OS_TOKEN", token->token);
    add(&end, "OS_AUTH_TOKEN", token->token);
    *end = (struct os_variable){NULL, NULL};
    return exit_done;
}

/// Names in full.
static const char* const contradicting[] = {"DEFAULT_DOMAIN",
                                            "OS_ACCESS_KEY",
                                            "OS_CLOUD",
                                            "OS_ENDPOINT",
                                            "OS_METHODS",
                                            "OS_ENDPOINT_OVERRIDE",
                                            "OS_PASSCODE",
                                            "OS_PASSWORD",
                                            "OS_PROTOCOL",
                                            "OS_SECRET_KEY",
                                            "OS_SECURITY_TOKEN",
                                            "OS_SERVICE_TOKEN",
                                            "OS_STORAGE_URL",
                                            "OS_SYSTEM_SCOPE",
                                            "OS_TOKEN",
                                            "OS_TRUST_ID",
                                            "OS_URL",
                                            "OS_USER",
                                            "OS_USERNAME",
                                            "OS_USER_ID",
                                            "OS_DELEGATED_PROJECT",
                                            "OS_IDENTITY_API_VERSION"};

/// How names begin.
static const char* const contradicting_kinds[] = {"OS_ACCESS_TOKEN",
                                                  "OS_AGENCY_",
                                                  "OS_APPLICATION_CREDENTIAL_",
                                                  "OS_AUTH_",
                                                  "OS_CLIENT_ID",
                                                  "OS_CLIENT_SECRET",
                                                  "OS_DEFAULT_DOMAIN",
                                                  "OS_DISCOVERY_",
                                                  "OS_DOMAIN_",
                                                  "OS_IDENTITY_PROVIDER",
                                                  "OS_OAUTH",
                                                  "OS_OPENID_",
                                                  "OS_PROJECT_",
                                                  "OS_TENANT_",
                                                  "OS_USER_DOMAIN_",
                                                  "TOKENWARD_FINGERPRINT",
                                                  "TOKENWARD_HEADER_FILE"};

bool contradicts_token(const char* entry) {
    size_t size = strcspn(entry, "=");
    for (size_t i = 0; i < sizeof contradicting / sizeof *contradicting; ++i)
        if (strlen(contradicting[i]) == size && strncmp(entry, contradicting[i], size) == 0) return true;
    for (size_t i = 0; i < sizeof contradicting_kinds / sizeof *contradicting_kinds; ++i)
        if (strncmp(entry, contradicting_kinds[i], strlen(contradicting_kinds[i])) == 0) return true;
    return false;
}
