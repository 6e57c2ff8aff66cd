// tokenward explain: which rule allows or denies a caller.
#include "client/bytes/json_fields.h"
#include "client/bytes/percent.h"
#include "client/cli/listing.h"

#include <string.h>

const char explain_help[] =
    "Usage: tokenward explain [OPTION]... [IDENTITY/]SCOPE\n"
    "\n"
    "Shows what you may do with a scope, and which rule of the daemon's configuration\n"
    "decides that; with --pid, the same for another process, which needs the verb\n"
    "`manage`.\n"
    "\n"
    "  -p, --pid N        for the process N\n"
    "  -o, --output FORM  text (default) or json\n"
    "      --socket PATH  the daemon's socket\n"
    "\n"
    "Exit status: 0 they may, 3 they may not; `tokenward --help` has the others.\n"
    "\n"
    "Example: tokenward explain --pid \"$(pgrep -o backup)\" ci/eu-de\n";

struct rule {
    const char* list;
    long long index;
    long long line;
};

struct explanation {
    bool allowed;
    const char* because;
    struct text_node* verbs;
    struct rule rule;
};

static const struct tw_field rule_fields[] = {
    {"list", TW_FIELD_TEXT, offsetof(struct rule, list), NULL},
    {"index", TW_FIELD_INTEGER, offsetof(struct rule, index), NULL},
    {"file_line", TW_FIELD_INTEGER, offsetof(struct rule, line), NULL},
    {0},
};

static bool read_rule(struct tw_json* r, struct tw_arena* arena, void* explanation) {
    return tw_read_fields(r, arena, rule_fields, &((struct explanation*)explanation)->rule);
}

static bool read_verb(struct tw_json* r, struct tw_arena* arena, void* explanation) {
    return read_text_node(r, arena, &((struct explanation*)explanation)->verbs);
}

static const struct tw_field explanation_fields[] = {
    {"allowed", TW_FIELD_FLAG, offsetof(struct explanation, allowed), NULL},
    {"because", TW_FIELD_TEXT, offsetof(struct explanation, because), NULL},
    {"verbs", TW_FIELD_LIST, 0, read_verb},
    {"rule", TW_FIELD_OBJECT, 0, read_rule},
    {0},
};

static void append_text(struct tw_buffer* out, const struct cli* cli, long pid, const struct explanation* e) {
    append_clean(out, cli->identity);
    tw_buffer_append_text(out, "/");
    append_clean(out, cli->scope);
    if (pid > 0)
        tw_buffer_append_format(out, ": process %ld may", pid);
    else
        tw_buffer_append_text(out, ": you may");
    if (!e->allowed) tw_buffer_append_text(out, " not");
    for (const struct text_node* verb = e->allowed ? e->verbs : NULL; verb != NULL; verb = verb->next) {
        tw_buffer_append_text(out, verb == e->verbs ? " " : ", ");
        append_clean(out, verb->text);
    }
    if (e->because != NULL) {
        tw_buffer_append_text(out, "\nbecause: ");
        append_clean(out, e->because);
    }
    if (e->rule.list != NULL) {
        tw_buffer_append_text(out, "\nrule: ");
        append_clean(out, e->rule.list);
        tw_buffer_append_format(out, " %lld", e->rule.index);
        if (e->rule.line > 0) tw_buffer_append_format(out, ", line %lld of the configuration", e->rule.line);
    }
    tw_buffer_append_text(out, "\n");
}

/// Asks and prints; returns an exit status.
static int explain(struct cli* cli, long pid, bool json) {
    struct tw_buffer path = {0}, out = {0};
    char* reply = NULL;
    tw_buffer_append_text(&path, "/v1/explain/");
    tw_append_encoded(&path, cli->identity);
    tw_buffer_append_text(&path, "/");
    tw_append_encoded(&path, cli->scope);
    if (pid > 0) tw_buffer_append_format(&path, "?pid=%ld", pid);
    tw_buffer_append(&path, "", 1);
    const struct api_request request = {"GET", path.bytes, NULL, known_at_once_ms};
    struct explanation explanation = {0};
    int error = ask_daemon(cli, &request, &reply);
    if (error == tokenward_ok) error = read_reply(cli, &request, reply, explanation_fields, &explanation);
    int status = error == tokenward_ok ? exit_done : complain(cli);
    if (status == exit_done) {
        if (json) {
            tw_buffer_append_text(&out, reply);
            tw_buffer_append_text(&out, "\n");
        } else {
            append_text(&out, cli, pid, &explanation);
        }
        status = emit(&out);
        if (status == exit_done && !explanation.allowed) status = exit_denied;
    }
    tokenward_free_text(reply);
    tw_buffer_free(&path);
    return status;
}

int run_explain(struct cli* cli) {
    static const struct option options[] = {
        {"pid", required_argument, NULL, 'p'}, {"output", required_argument, NULL, 'o'}, COMMON_OPTIONS};
    static const char* const forms[] = {"text", "json", NULL};
    long pid = 0;
    bool json = false;
    for (int option; (option = next_option(cli, ":p:o:h", options)) != -1;) {
        if (option == 'p') pid = option_number(cli, "--pid", 1, 4194304);
        if (option == 'o') json = option_choice(cli, "--output", forms) == 1;
    }
    end_options(cli, 1);
    int status = take_target(cli, cli->argv[optind]);
    return status == exit_done ? explain(cli, pid, json) : status;
}
