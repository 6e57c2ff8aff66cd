// Sends one call through libcurl.
#include "client/cli/request.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { most_of_head = 256 * 1024 };

/// A call that is being made.
struct transfer {
    const struct service_call* call;
    struct outcome* outcome;
    struct tw_buffer head; ///< of the answer, with its empty line
    curl_off_t sent;       ///< of the body
    long status;
    bool begun; ///< something was printed
    int fd;     ///< -1 = not open yet
};

bool is_refusal(long status) {
    return status == 400 || status == 401 || status == 403;
}

static bool print(struct transfer* t, const char* bytes, size_t size) {
    if (t->fd < 0 && t->call->output != NULL)
        t->fd = open(t->call->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (t->fd < 0 && t->call->output == NULL) t->fd = STDOUT_FILENO;
    bool head = t->call->include && !t->begun;
    t->begun = true;
    bool good = t->fd >= 0 && (!head || write_all(t->fd, t->head.bytes, t->head.size)) &&
                write_all(t->fd, bytes, size);
    if (!good && errno != EPIPE)
        say("cannot write to %s: %s", t->call->output != NULL ? t->call->output : "the standard output",
            strerror(errno));
    return good;
}

static size_t take_head(char* bytes, size_t one, size_t size, void* transfer) {
    struct transfer* t = transfer;
    // Each interim answer (100, a proxy's) has its own head; the last head counts.
    if (size >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        tw_buffer_clear(&t->head);
        const char* space = memchr(bytes, ' ', size);
        t->status = 0;
        for (const char* at = space; at != NULL && ++at < bytes + size && *at >= '0' && *at <= '9';)
            t->status = t->status * 10 + (*at - '0');
    }
    if (t->head.size + size > most_of_head) return 0;
    tw_buffer_append(&t->head, bytes, size);
    return t->head.failed ? 0 : one * size;
}

static size_t take_body_part(char* bytes, size_t one, size_t size, void* transfer) {
    struct transfer* t = transfer;
    struct tw_buffer* kept = &t->outcome->body;
    if (is_refusal(t->status) && !t->begun) {
        if (kept->size + size <= most_held_back) {
            tw_buffer_append(kept, bytes, size);
            return kept->failed ? 0 : one * size;
        }
        if (!print(t, kept->bytes, kept->size)) return 0;
    }
    return print(t, bytes, size) ? one * size : 0;
}

static size_t give_body_part(char* bytes, size_t one, size_t room, void* transfer) {
    struct transfer* t = transfer;
    ssize_t count = pread(t->call->body_fd, bytes, one * room, t->sent);
    if (count < 0) return CURL_READFUNC_ABORT;
    t->sent += count;
    return (size_t)count;
}

static int seek_body(void* transfer, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    ((struct transfer*)transfer)->sent = offset;
    return CURL_SEEKFUNC_OK;
}

static bool has_field(const struct service_call* call, const char* name) {
    for (int i = 0; i < call->field_count; ++i)
        if (strncasecmp(call->fields[i], name, strlen(name)) == 0) return true;
    return false;
}

static struct curl_slist* make_fields(const struct service_call* call, const tokenward_token* token) {
    struct tw_buffer secret = {0};
    tw_buffer_append_format(&secret, "X-Auth-Token: %s", token->token);
    tw_buffer_append(&secret, "", 1);
    struct curl_slist* list = secret.failed ? NULL : curl_slist_append(NULL, secret.bytes);
    tw_buffer_free(&secret);
    if (list == NULL) return NULL;
    curl_slist_append(list, "Expect:"); // waiting for 100 Continue would delay every call
    if (!has_field(call, "Accept:")) curl_slist_append(list, "Accept: application/json");
    if (call->body_fd >= 0 && !has_field(call, "Content-Type:"))
        curl_slist_append(list, "Content-Type: application/json");
    for (int i = 0; i < call->field_count; ++i) curl_slist_append(list, call->fields[i]);
    return list;
}

static void set_request(CURL* curl, const struct service_call* call, struct transfer* t) {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    if (call->body_fd >= 0) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, call->body_size);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body_part);
        curl_easy_setopt(curl, CURLOPT_READDATA, t);
        curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek_body);
        curl_easy_setopt(curl, CURLOPT_SEEKDATA, t);
    } else if (strcmp(call->method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (strcmp(call->method, "POST") == 0 || strcmp(call->method, "PUT") == 0 ||
               strcmp(call->method, "PATCH") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ""); // Content-Length: 0
    }
}

static void set_up(CURL* curl, const struct service_call* call, struct transfer* t, char* message) {
    curl_easy_setopt(curl, CURLOPT_CURLU, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); // the token must not follow to another host
    // A call without TLS to this machine must not go through a proxy.
    if (call->loopback) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, call->max_time);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "tokenward/" TOKENWARD_VERSION);
    if (call->cacert != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, call->cacert);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body_part);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    set_request(curl, call, t);
}

/// Ends the transfer: prints an answer without a body, or the error.
static int conclude(struct transfer* t, CURLcode code, const char* message) {
    if (code == CURLE_WRITE_ERROR && t->begun) return exit_no_output; // print() has written why
    if (code != CURLE_OK) {
        say("the call failed: %s", *message != '\0' ? message : curl_easy_strerror(code));
        return code == CURLE_URL_MALFORMAT || code == CURLE_SSL_CACERT_BADFILE ? exit_usage : exit_later;
    }
    t->outcome->held_back = is_refusal(t->status) && !t->begun;
    bool printed = t->outcome->held_back || print(t, "", 0);
    return printed ? exit_done : exit_no_output;
}

int send_call(const struct service_call* call, const tokenward_token* token, struct outcome* outcome) {
    char message[CURL_ERROR_SIZE] = "";
    struct transfer t = {.call = call, .outcome = outcome, .fd = -1};
    CURL* curl = curl_easy_init();
    struct curl_slist* fields = make_fields(call, token);
    int status = exit_broken;
    if (curl != NULL && fields != NULL) {
        set_up(curl, call, &t, message);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
        CURLcode code = curl_easy_perform(curl);
        outcome->status = t.status;
        status = conclude(&t, code, message);
    } else {
        say("memory ran out");
    }
    if (fields != NULL) explicit_bzero(fields->data, strlen(fields->data));
    curl_slist_free_all(fields);
    curl_easy_cleanup(curl);
    // If a refusal that is held back is printed later, --include needs its head.
    if (outcome->held_back && call->include) {
        tw_buffer_append(&t.head, outcome->body.bytes, outcome->body.size);
        outcome->head_size = t.head.size - outcome->body.size;
        tw_buffer_free(&outcome->body);
        outcome->body = t.head;
    } else {
        tw_buffer_free(&t.head);
    }
    if (t.fd >= 0 && t.fd != STDOUT_FILENO) close(t.fd);
    return status;
}

int print_held_back(const struct service_call* call, struct outcome* outcome) {
    struct transfer t = {.call = call, .outcome = outcome, .fd = -1, .begun = true};
    int status = print(&t, outcome->body.bytes, outcome->body.size) ? exit_done : exit_no_output;
    if (t.fd >= 0 && t.fd != STDOUT_FILENO) close(t.fd);
    return status;
}
