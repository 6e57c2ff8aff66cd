// Finds the URL of a call, and checks that the token may be sent there.
#include "client/bytes/json_fields.h"
#include "client/bytes/percent.h"
#include "client/cli/listing.h"
#include "client/cli/request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

/// Scheme, host and port. libcurl parses them, so what is checked is what is called.
struct origin {
    char* scheme;
    char* host;
    char* port;
};

static void free_origin(struct origin* origin) {
    curl_free(origin->scheme);
    curl_free(origin->host);
    curl_free(origin->port);
}

static bool read_origin(CURLU* url, struct origin* origin) {
    *origin = (struct origin){NULL, NULL, NULL};
    return curl_url_get(url, CURLUPART_SCHEME, &origin->scheme, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_HOST, &origin->host, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

static bool is_loopback(const char* host) {
    struct in_addr v4;
    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) return true;
    return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/// A search for an origin in the catalog.
struct search {
    struct origin wanted;
    bool found;
};

static bool is_of(const char* url, const struct origin* wanted) {
    CURLU* parsed = curl_url();
    struct origin origin = {NULL, NULL, NULL};
    bool same = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                read_origin(parsed, &origin) && strcasecmp(origin.scheme, wanted->scheme) == 0 &&
                strcasecmp(origin.host, wanted->host) == 0 && strcmp(origin.port, wanted->port) == 0;
    free_origin(&origin);
    curl_url_cleanup(parsed);
    return same;
}

struct endpoint {
    const char* url;
};
static const struct tw_field endpoint_fields[] = {
    {"url", TW_FIELD_TEXT, offsetof(struct endpoint, url), NULL}, {0}};

static bool read_endpoint(struct tw_json* r, struct tw_arena* arena, void* search) {
    struct search* s = search;
    struct endpoint endpoint = {NULL};
    if (r->event != TW_JSON_OBJECT) return true;
    if (!tw_read_fields(r, arena, endpoint_fields, &endpoint)) return false;
    s->found = s->found || (endpoint.url != NULL && is_of(endpoint.url, &s->wanted));
    return true;
}

static const struct tw_field service_fields[] = {{"endpoints", TW_FIELD_LIST, 0, read_endpoint}, {0}};

static bool read_service(struct tw_json* r, struct tw_arena* arena, void* search) {
    return r->event != TW_JSON_OBJECT || tw_read_fields(r, arena, service_fields, search);
}

static const struct tw_field catalog_fields[] = {{"catalog", TW_FIELD_LIST, 0, read_service}, {0}};

/// Looks for the origin in the catalog of the scope. Without a catalog it is not found.
static int search_catalog(struct cli* cli, struct search* search) {
    struct tw_buffer path = {0};
    char* reply = NULL;
    tw_buffer_append_text(&path, "/v1/endpoints/");
    tw_append_encoded(&path, cli->identity);
    tw_buffer_append_text(&path, "/");
    tw_append_encoded(&path, cli->scope);
    tw_buffer_append(&path, "", 1);
    const struct api_request request = {"GET", path.bytes, NULL, 0};
    int status = exit_done;
    int error = ask_daemon(cli, &request, &reply);
    if (error == tokenward_ok) error = read_reply(cli, &request, reply, catalog_fields, search);
    if (error != tokenward_ok && error != tokenward_error_no_such_resource) status = complain(cli);
    tokenward_free_text(reply);
    tw_buffer_free(&path);
    return status;
}

/// The IAM that issued the token may get it, too.
static int search_iam(struct cli* cli, struct search* search) {
    struct status_list list;
    int status = fetch_status(cli, &list, NULL);
    for (const struct status_node* node = status == exit_done ? list.identities : NULL; node != NULL;
         node = node->next)
        if (strcmp(node->identity, cli->identity) == 0 && node->auth_url != NULL)
            search->found = search->found || is_of(node->auth_url, &search->wanted);
    return status;
}

static int judge(struct cli* cli, struct service_call* call, const struct origin* origin, bool of_catalog) {
    call->loopback = is_loopback(origin->host);
    if (call->anywhere) return exit_done;
    if (strcasecmp(origin->scheme, "https") != 0 && !call->loopback) {
        say("%s/%s: the token does not go to %s without TLS, where others could read it; --anywhere allows "
            "it",
            cli->identity, cli->scope, origin->host);
        return exit_usage;
    }
    struct search search = {.wanted = *origin, .found = of_catalog};
    int status = search.found ? exit_done : search_catalog(cli, &search);
    if (status == exit_done && !search.found) status = search_iam(cli, &search);
    if (status != exit_done || search.found) return status;
    say("%s/%s: %s:%s is in no endpoint of the catalog, so the token does not go there; --anywhere allows it",
        cli->identity, cli->scope, origin->host, origin->port);
    return exit_usage;
}

/// The URL of SERVICE/PATH; returns an exit status.
static int ask_endpoint(struct cli* cli, struct service_call* call, struct tw_buffer* url) {
    size_t size = strcspn(call->place, "/?");
    const char* rest = call->place + size;
    const char* service = tw_arena_copy(&cli->arena, call->place, size);
    char* base = NULL;
    if (size == 0)
        usage_error(cli, "\"%s\" is neither a URL nor SERVICE/PATH, as in compute/servers", call->place);
    int error = tokenward_endpoint(cli->client, cli->identity, cli->scope, service, call->interface,
                                   call->region, 0, &base);
    if (error == tokenward_error_no_such_resource)
        return complain_with(cli,
                             "SERVICE is a type or a name in the catalog; look at --interface and --region");
    if (error != tokenward_ok) return complain(cli);
    size_t length = strlen(base);
    while (*rest == '/' && length != 0 && base[length - 1] == '/') --length;
    tw_buffer_append(url, base, length);
    tw_buffer_append_text(url, rest);
    tokenward_free_text(base);
    return exit_done;
}

int find_place(struct cli* cli, struct service_call* call) {
    bool of_catalog = strstr(call->place, "://") == NULL;
    struct tw_buffer text = {0};
    int status = exit_done;
    if (of_catalog)
        status = ask_endpoint(cli, call, &text);
    else
        tw_buffer_append_text(&text, call->place);
    tw_buffer_append(&text, "", 1);
    struct origin origin = {NULL, NULL, NULL};
    char* user = NULL;
    call->url = curl_url();
    if (status == exit_done) {
        bool good = !text.failed && call->url != NULL &&
                    curl_url_set(call->url, CURLUPART_URL, text.bytes, CURLU_URLENCODE) == CURLUE_OK &&
                    curl_url_get(call->url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
                    read_origin(call->url, &origin) &&
                    (strcasecmp(origin.scheme, "https") == 0 || strcasecmp(origin.scheme, "http") == 0);
        if (!good) say("\"%s\" is no URL that can be called: https://HOST/PATH, without a user", text.bytes);
        status = good ? judge(cli, call, &origin, of_catalog) : exit_usage;
    }
    curl_free(user);
    free_origin(&origin);
    tw_buffer_free(&text);
    return status;
}
