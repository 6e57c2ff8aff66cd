// Reads [IDENTITY/]SCOPE of the command line.
#include "client/cli/listing.h"

#include <stdlib.h>
#include <string.h>

bool is_identity(const char* text) {
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return size >= 1 && size <= 64 && text[size] == '\0';
}

/// Takes the only identity that the caller may use.
static int take_only_identity(struct cli* cli) {
    struct identity_node* first = NULL;
    int status = fetch_identities(cli, &first, NULL);
    if (status != exit_done) return status;
    if (first == NULL) usage_error(cli, "which identity? there is none that you may use");
    if (first->next == NULL) {
        cli->identity = first->name;
        return exit_done;
    }
    struct tw_buffer list = {0};
    for (const struct identity_node* node = first; node != NULL; node = node->next)
        tw_buffer_append_format(&list, " %s", node->name);
    tw_buffer_append(&list, "", 1);
    usage_error(cli,
                "which identity? you may use several:%s; write IDENTITY/SCOPE, or set TOKENWARD_IDENTITY",
                list.failed ? " …" : list.bytes);
}

int take_target(struct cli* cli, const char* operand) {
    const char* slash = strchr(operand, '/');
    const char* scope = slash != NULL ? slash + 1 : operand;
    if (*scope == '\0') usage_error(cli, "\"%s\" names no scope", operand);
    const char* preset = getenv("TOKENWARD_IDENTITY");
    if (slash != NULL) {
        cli->identity = tw_arena_copy(&cli->arena, operand, (size_t)(slash - operand));
        if (cli->identity == NULL || !is_identity(cli->identity))
            usage_error(cli,
                        "\"%.*s\" is no name of an identity; before the first slash stands one, as in ci/%s",
                        (int)(slash - operand), operand, slash == operand ? scope : operand);
    } else if (preset != NULL && *preset != '\0') {
        if (!is_identity(preset))
            usage_error(cli, "TOKENWARD_IDENTITY is no name of an identity: \"%s\"", preset);
        cli->identity = preset;
    } else {
        int status = take_only_identity(cli);
        if (status != exit_done) return status;
    }
    cli->scope = scope;
    return exit_done;
}
