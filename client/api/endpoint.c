// tokenward_endpoint().
#include "client/bytes/json_fields.h"
#include "client/bytes/percent.h"
#include "client/call/problem.h"
#include "client/call/request.h"

#include <string.h>

struct place {
    const char* url;
};

static const struct tw_field place_fields[] = {{"url", TW_FIELD_TEXT, offsetof(struct place, url), NULL},
                                               {0}};

/// A copy of the URL in the answer; NULL = it has none, or no memory.
static char* read_url(const char* answer) {
    struct tw_arena arena = {NULL};
    struct place place = {NULL};
    bool good = tw_read_document(answer, strlen(answer), &arena, place_fields, &place);
    char* url = good && place.url != NULL && *place.url != '\0' ? strdup(place.url) : NULL;
    tw_arena_free(&arena);
    return url;
}

static void append_path(struct tw_buffer* path, const char* identity, const char* scope, const char* service,
                        const char* interface, const char* region) {
    tw_buffer_append_text(path, "/v1/endpoints/");
    tw_append_encoded(path, identity);
    tw_buffer_append_text(path, "/");
    tw_append_encoded(path, scope);
    tw_buffer_append_text(path, "?service=");
    tw_append_encoded(path, service);
    if (interface != NULL) {
        tw_buffer_append_text(path, "&interface=");
        tw_append_encoded(path, interface);
    }
    if (region != NULL) {
        tw_buffer_append_text(path, "&region=");
        tw_append_encoded(path, region);
    }
    tw_buffer_append(path, "", 1); // the NUL
}

static int ask(tokenward_client* client, const struct tw_buffer* path, int deadline_ms, char** url) {
    if (path->failed) return tw_fail_no_memory(client);
    char* answer = NULL;
    int error = tokenward_request(client, "GET", path->bytes, NULL, deadline_ms, &answer);
    if (error != tokenward_ok) return error;
    char* read = read_url(answer);
    tokenward_free_text(answer);
    if (read == NULL)
        return tw_fail(client, tokenward_error_protocol, "the answer of %s has no url",
                       tokenward_socket(client));
    *url = read;
    return tokenward_ok;
}

int tokenward_endpoint(tokenward_client* client, const char* identity, const char* scope, const char* service,
                       const char* interface, const char* region, int deadline_ms, char** url) {
    int error = tw_check_names(client, identity, scope);
    if (error != tokenward_ok) return error;
    if (service == NULL || *service == '\0')
        return tw_fail(client, tokenward_error_invalid_argument, "a service is needed, such as compute");
    struct tw_buffer path = {0};
    append_path(&path, identity, scope, service, interface, region);
    error = ask(client, &path, deadline_ms, url);
    tw_buffer_free(&path);
    return error;
}
