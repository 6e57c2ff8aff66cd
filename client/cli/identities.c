// tokenward identities: lists what the caller may use.
#include "client/cli/listing.h"
#include "client/cli/table.h"

const char identities_help[] =
    "Usage: tokenward identities [OPTION]...\n"
    "\n"
    "Lists the identities that you may use, with their scopes and what you may do.\n"
    "\n"
    "  -o, --output FORM  table (default) or json\n"
    "      --socket PATH  the daemon's socket\n"
    "\n"
    "Example: tokenward identities\n";

static void add_texts(struct table* table, const struct text_node* texts, const char* more) {
    struct tw_buffer joined = {0};
    for (; texts != NULL; texts = texts->next)
        tw_buffer_append_format(&joined, "%s%s", joined.size != 0 ? ", " : "", texts->text);
    if (more != NULL) tw_buffer_append_format(&joined, "%s%s", joined.size != 0 ? ", " : "", more);
    tw_buffer_append(&joined, "", 1);
    table_cell(table, joined.failed ? NULL : joined.bytes);
    tw_buffer_free(&joined);
}

int run_identities(struct cli* cli) {
    static const struct option options[] = {{"output", required_argument, NULL, 'o'}, COMMON_OPTIONS};
    static const char* const forms[] = {"table", "json", NULL};
    bool json = false;
    while (next_option(cli, ":o:h", options) != -1) json = option_choice(cli, "--output", forms) == 1;
    end_options(cli, 0);
    struct identity_node* first = NULL;
    struct tw_buffer out = {0};
    int status = fetch_identities(cli, &first, json ? &out : NULL);
    if (status != exit_done) return status;
    if (json) return emit(&out);
    struct table table = {.columns = 3};
    table_cell(&table, "IDENTITY");
    table_cell(&table, "YOU MAY");
    table_cell(&table, "SCOPES");
    for (const struct identity_node* node = first; node != NULL; node = node->next) {
        table_cell(&table, node->name);
        add_texts(&table, node->verbs, NULL);
        add_texts(&table, node->scopes, node->on_demand ? "others on demand" : NULL);
    }
    table_print(&table, &out);
    if (first == NULL) say("there is no identity that you may use");
    return emit(&out);
}
