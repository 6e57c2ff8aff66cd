// tokenward names: for shell completions. It is hidden because its output may change.
#include "client/cli/listing.h"

#include <string.h>

const char names_help[] = "Usage: tokenward names [OPTION]... [identities]\n"
                          "\n"
                          "Prints IDENTITY/SCOPE of every scope that has a name, or the identities, one per\n"
                          "line, for completions; nothing if the daemon does not answer at once.\n"
                          "\n"
                          "      --socket PATH  the daemon's socket\n"
                          "\n"
                          "Example: tokenward names\n";

/// A completion that takes longer looks like a shell that hangs.
enum { deadline_ms = 300 };

int run_names(struct cli* cli) {
    static const struct option options[] = {COMMON_OPTIONS};
    next_option(cli, ":h", options);
    bool identities = optind < cli->argc && strcmp(cli->argv[optind], "identities") == 0;
    struct identity_node* first = NULL;
    struct tw_buffer out = {0};
    open_handle(cli);
    if (try_identities(cli, &first, deadline_ms) != tokenward_ok) return exit_later;
    for (const struct identity_node* node = first; node != NULL; node = node->next) {
        if (!is_identity(node->name)) continue;
        if (identities) tw_buffer_append_format(&out, "%s\n", node->name);
        for (const struct text_node* scope = identities ? NULL : node->scopes; scope != NULL;
             scope = scope->next)
            if (is_identity(scope->text)) tw_buffer_append_format(&out, "%s/%s\n", node->name, scope->text);
        if (!identities && node->on_demand) tw_buffer_append_format(&out, "%s/unscoped\n", node->name);
    }
    return emit(&out);
}
