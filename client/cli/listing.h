// The parts that the command needs of GET /v1/identities and GET /v1/status.
#ifndef TOKENWARD_CLIENT_CLI_LISTING_H
#define TOKENWARD_CLIENT_CLI_LISTING_H

#include "client/cli/cli.h"

/// All texts and nodes live in the run's arena. What the daemon did not say is NULL, or -1 for seconds.

struct text_node {
    const char* text;
    struct text_node* next;
};

struct identity_node {
    const char* name;
    struct text_node* scopes;
    struct text_node* verbs;
    bool on_demand;
    struct identity_node* next;
};

struct scope_node {
    const char* name;
    const char* state;
    long long expires_in;
    long long renews_in;
    long long next_try_in;
    const char* error_code;
    const char* error_detail;
    const char* error_at;
    struct scope_node* next;
};

struct status_node {
    const char* identity;
    const char* auth_url;
    const char* password_expires_at; ///< RFC 3339; NULL = never, or not known
    struct scope_node* scopes;
    struct text_node* warnings; ///< rules that were applied without certainty; for managers only
    struct status_node* next;
};

struct status_list {
    struct status_node* identities;
};

struct tw_json;

/// Appends the string that the last event began to a list; skips any other value. False: malformed, or no
/// memory.
bool read_text_node(struct tw_json* r, struct tw_arena* arena, struct text_node** list);

/// Whether a person must give an MFA code before there can be a new token. The old one may still be held.
bool wants_passcode(const struct scope_node* scope);

/// Each asks the daemon and returns an exit status, with a message if it isn't exit_done. `raw` is NULL, or
/// gets the answer as it came, with a line's end.
int fetch_identities(struct cli* cli, struct identity_node** first, struct tw_buffer* raw);
int fetch_status(struct cli* cli, struct status_list* list, struct tw_buffer* raw);

/// fetch_identities() without a message, and within so many milliseconds; returns an enum tokenward_error.
int try_identities(struct cli* cli, struct identity_node** first, int deadline_ms);

/// fetch_status() without a message; returns an enum tokenward_error.
int try_status(struct cli* cli, struct status_list* list, struct tw_buffer* raw);

#endif
