// Reads the daemon's lists.
#include "client/cli/listing.h"

#include "client/bytes/json_fields.h"

#include <string.h>

bool read_text_node(struct tw_json* r, struct tw_arena* arena, struct text_node** list) {
    if (r->event != TW_JSON_STRING) {
        tw_json_skip(r);
        return r->event != TW_JSON_ERROR;
    }
    while (*list != NULL) list = &(*list)->next;
    *list = tw_arena_take(arena, sizeof **list);
    if (*list == NULL) return false;
    (*list)->text = tw_arena_copy(arena, r->text, r->text_size);
    return (*list)->text != NULL;
}

static bool read_scope_name(struct tw_json* r, struct tw_arena* arena, void* identity) {
    return read_text_node(r, arena, &((struct identity_node*)identity)->scopes);
}

static bool read_verb(struct tw_json* r, struct tw_arena* arena, void* identity) {
    return read_text_node(r, arena, &((struct identity_node*)identity)->verbs);
}

static const struct tw_field identity_fields[] = {
    {"identity", TW_FIELD_TEXT, offsetof(struct identity_node, name), NULL},
    {"on_demand", TW_FIELD_FLAG, offsetof(struct identity_node, on_demand), NULL},
    {"scopes", TW_FIELD_LIST, 0, read_scope_name},
    {"verbs", TW_FIELD_LIST, 0, read_verb},
    {0},
};

/// `list` is a struct identity_node**.
static bool read_identity(struct tw_json* r, struct tw_arena* arena, void* list) {
    struct identity_node** end = list;
    while (*end != NULL) end = &(*end)->next;
    if (r->event != TW_JSON_OBJECT) return true;
    struct identity_node* node = tw_arena_take(arena, sizeof *node);
    if (node == NULL || !tw_read_fields(r, arena, identity_fields, node)) return false;
    if (node->name != NULL) *end = node;
    return true;
}

static const struct tw_field identities_fields[] = {{"identities", TW_FIELD_LIST, 0, read_identity}, {0}};

static const struct tw_field error_fields[] = {
    {"code", TW_FIELD_TEXT, offsetof(struct scope_node, error_code), NULL},
    {"detail", TW_FIELD_TEXT, offsetof(struct scope_node, error_detail), NULL},
    {"at", TW_FIELD_TEXT, offsetof(struct scope_node, error_at), NULL},
    {0},
};

static bool read_last_error(struct tw_json* r, struct tw_arena* arena, void* scope) {
    return tw_read_fields(r, arena, error_fields, scope);
}

static const struct tw_field scope_fields[] = {
    {"scope", TW_FIELD_TEXT, offsetof(struct scope_node, name), NULL},
    {"state", TW_FIELD_TEXT, offsetof(struct scope_node, state), NULL},
    {"expires_in", TW_FIELD_INTEGER, offsetof(struct scope_node, expires_in), NULL},
    {"renews_in", TW_FIELD_INTEGER, offsetof(struct scope_node, renews_in), NULL},
    {"next_try_in", TW_FIELD_INTEGER, offsetof(struct scope_node, next_try_in), NULL},
    {"last_error", TW_FIELD_OBJECT, 0, read_last_error},
    {0},
};

static bool read_scope(struct tw_json* r, struct tw_arena* arena, void* identity) {
    struct scope_node** end = &((struct status_node*)identity)->scopes;
    while (*end != NULL) end = &(*end)->next;
    if (r->event != TW_JSON_OBJECT) return true;
    struct scope_node* node = tw_arena_take(arena, sizeof *node);
    if (node == NULL) return false;
    *node = (struct scope_node){.expires_in = -1, .renews_in = -1, .next_try_in = -1};
    if (!tw_read_fields(r, arena, scope_fields, node)) return false;
    if (node->name != NULL) *end = node;
    return true;
}

static bool read_warning(struct tw_json* r, struct tw_arena* arena, void* identity) {
    return read_text_node(r, arena, &((struct status_node*)identity)->warnings);
}

static const struct tw_field status_fields[] = {
    {"identity", TW_FIELD_TEXT, offsetof(struct status_node, identity), NULL},
    {"auth_url", TW_FIELD_TEXT, offsetof(struct status_node, auth_url), NULL},
    {"password_expires_at", TW_FIELD_TEXT, offsetof(struct status_node, password_expires_at), NULL},
    {"scopes", TW_FIELD_LIST, 0, read_scope},
    {"warnings", TW_FIELD_LIST, 0, read_warning},
    {0},
};

static bool read_status(struct tw_json* r, struct tw_arena* arena, void* list) {
    struct status_node** end = &((struct status_list*)list)->identities;
    while (*end != NULL) end = &(*end)->next;
    if (r->event != TW_JSON_OBJECT) return true;
    struct status_node* node = tw_arena_take(arena, sizeof *node);
    if (node == NULL || !tw_read_fields(r, arena, status_fields, node)) return false;
    if (node->identity != NULL) *end = node;
    return true;
}

static const struct tw_field list_fields[] = {
    {"identities", TW_FIELD_LIST, 0, read_status},
    {0},
};

/// Returns an enum tokenward_error, without a message.
static int fetch(struct cli* cli, const struct api_request* request, const struct tw_field* fields,
                 void* list, struct tw_buffer* raw) {
    char* reply = NULL;
    int error = ask_daemon(cli, request, &reply);
    if (error == tokenward_ok) error = read_reply(cli, request, reply, fields, list);
    if (error == tokenward_ok && raw != NULL) {
        tw_buffer_append_text(raw, reply);
        tw_buffer_append_text(raw, "\n");
    }
    tokenward_free_text(reply);
    return error;
}

int fetch_identities(struct cli* cli, struct identity_node** first, struct tw_buffer* raw) {
    static const struct api_request request = {"GET", "/v1/identities", NULL, known_at_once_ms};
    int error = fetch(cli, &request, identities_fields, first, raw);
    return error == tokenward_ok ? exit_done : complain(cli);
}

int try_identities(struct cli* cli, struct identity_node** first, int deadline_ms) {
    const struct api_request request = {"GET", "/v1/identities", NULL, deadline_ms};
    return fetch(cli, &request, identities_fields, first, NULL);
}

int fetch_status(struct cli* cli, struct status_list* list, struct tw_buffer* raw) {
    return try_status(cli, list, raw) == tokenward_ok ? exit_done : complain(cli);
}

int try_status(struct cli* cli, struct status_list* list, struct tw_buffer* raw) {
    *list = (struct status_list){NULL};
    static const struct api_request request = {"GET", "/v1/status", NULL, known_at_once_ms};
    return fetch(cli, &request, list_fields, list, raw);
}

bool wants_passcode(const struct scope_node* scope) {
    return (scope->state != NULL && strcmp(scope->state, "passcode") == 0) ||
           (scope->error_code != NULL && strcmp(scope->error_code, "passcode_required") == 0);
}
