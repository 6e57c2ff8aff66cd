// The table of `tokenward status`.
#include "client/cli/status.h"

#include "client/cli/table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/// "19h 58m": the two units that matter; "" for less than nothing.
static void format_duration(long long seconds, char* out, size_t size) {
    if (seconds < 0)
        snprintf(out, size, "%s", "");
    else if (seconds < 60)
        snprintf(out, size, "%llds", seconds);
    else if (seconds < 3600)
        snprintf(out, size, "%lldm %llds", seconds / 60, seconds % 60);
    else if (seconds < 86400)
        snprintf(out, size, "%lldh %lldm", seconds / 3600, seconds % 3600 / 60);
    else
        snprintf(out, size, "%lldd %lldh", seconds / 86400, seconds % 86400 / 3600);
}

static const char* status_colour(int column, const char* cell) {
    static const char green[] = "\033[32m", yellow[] = "\033[33m", red[] = "\033[31m";
    const int state_column = 2;
    if (column != state_column) return NULL;
    if (strcmp(cell, "valid") == 0 || strcmp(cell, "renewing") == 0) return green;
    if (strcmp(cell, "failed") == 0 || strcmp(cell, "rejected") == 0) return red;
    return strcmp(cell, "STATE") == 0 ? NULL : yellow;
}

static void add_next(struct table* table, const char* identity, const struct scope_node* scope) {
    bool retry = scope->next_try_in >= 0;
    char duration[48];
    char text[96] = "";
    format_duration(retry ? scope->next_try_in : scope->renews_in, duration, sizeof duration);
    if (*duration != '\0') snprintf(text, sizeof text, "%s %s", retry ? "retry in" : "in", duration);
    if (wants_passcode(scope)) snprintf(text, sizeof text, "tokenward login %s", identity);
    table_cell(table, text);
}

static void add_error(struct table* table, const struct scope_node* scope) {
    struct tw_buffer text = {0};
    if (scope->error_code != NULL) tw_buffer_append_text(&text, scope->error_code);
    if (scope->error_detail != NULL) tw_buffer_append_format(&text, ": %s", scope->error_detail);
    if (scope->error_at != NULL) tw_buffer_append_format(&text, " (%s)", scope->error_at);
    tw_buffer_append(&text, "", 1);
    table_cell(table, text.failed ? NULL : text.bytes);
    tw_buffer_free(&text);
}

static void add_scope(struct table* table, const char* identity, const struct scope_node* scope) {
    char left[48];
    format_duration(scope->expires_in, left, sizeof left);
    table_cell(table, identity);
    table_cell(table, scope->name);
    table_cell(table, scope->state);
    table_cell(table, left);
    add_next(table, identity, scope);
    add_error(table, scope);
}

/// Seconds since the epoch for "2026-01-02T00:00:00Z"; -1 if it is no such time.
static long long parse_time(const char* text) {
    struct tm tm = {0};
    const char* end = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    return end != NULL && (*end == 'Z' || *end == '.') ? (long long)timegm(&tm) : -1;
}

/// A line for each password that ends soon.
static void append_password_notes(struct tw_buffer* out, const struct status_list* list) {
    enum { two_weeks = 14 * 86400 };
    for (const struct status_node* node = list->identities; node != NULL; node = node->next) {
        long long ends = parse_time(node->password_expires_at);
        long long left = ends - (long long)time(NULL);
        if (ends < 0 || left > two_weeks) continue;
        char duration[48];
        format_duration(left, duration, sizeof duration);
        tw_buffer_append_text(out, "\n");
        append_clean(out, node->identity);
        if (left > 0)
            tw_buffer_append_format(
                out, ": the password ends in %s: change it at the IAM, then in its secret", duration);
        else
            tw_buffer_append_text(out, ": the password has ended: change it at the IAM, then in its secret");
        tw_buffer_append_text(out, "\n");
    }
}

/// A line for each thing that the daemon warns of.
static void append_warnings(struct tw_buffer* out, const struct status_list* list) {
    for (const struct status_node* node = list->identities; node != NULL; node = node->next)
        for (const struct text_node* each = node->warnings; each != NULL; each = each->next) {
            tw_buffer_append_text(out, "\n");
            append_clean(out, node->identity);
            tw_buffer_append_text(out, ": ");
            append_clean(out, each->text);
            tw_buffer_append_text(out, "\n");
        }
}

void append_status(struct tw_buffer* out, const struct status_list* list) {
    static const char* const headings[] = {"IDENTITY", "SCOPE", "STATE", "LEFT", "RENEWAL", "LAST ERROR"};
    struct table table = {.columns = 6, .colour = colour_is_welcome() ? status_colour : NULL};
    for (int i = 0; i < table.columns; ++i) table_cell(&table, headings[i]);
    for (const struct status_node* node = list->identities; node != NULL; node = node->next) {
        static const struct scope_node nothing = {.expires_in = -1, .renews_in = -1, .next_try_in = -1};
        if (node->scopes == NULL) add_scope(&table, node->identity, &nothing);
        for (const struct scope_node* scope = node->scopes; scope != NULL; scope = scope->next)
            add_scope(&table, node->identity, scope);
    }
    table_print(&table, out);
    append_password_notes(out, list);
    append_warnings(out, list);
}
