// The parser for the head of an HTTP/1.1 response.
#include "client/bytes/http_response.h"

#include <string.h>
#include <strings.h>

/// A part of the head.
struct slice {
    const char* at;
    size_t size;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// `tchar` of RFC 9110: the characters of a field name.
static bool is_name_char(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/// Whether this may be a field value or a reason phrase: no control character but the tab.
static bool is_text(struct slice s) {
    bool good = true; // without an early return, so that the compiler can vectorize: tokens are long
    for (size_t i = 0; i < s.size; ++i) {
        unsigned char c = (unsigned char)s.at[i];
        good &= (c >= 0x20 || c == '\t') && c != 0x7f;
    }
    return good;
}

static bool is(struct slice s, const char* text) {
    return strlen(text) == s.size && strncasecmp(s.at, text, s.size) == 0;
}

static struct slice trimmed(struct slice s) {
    while (s.size != 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
        ++s.at;
        --s.size;
    }
    while (s.size != 0 && (s.at[s.size - 1] == ' ' || s.at[s.size - 1] == '\t')) --s.size;
    return s;
}

/// "HTTP/1.1 200 OK"
static bool parse_status_line(struct tw_http_response* response, struct slice line) {
    static const char version[] = "HTTP/1.1 ";
    const size_t prefix = sizeof version - 1;
    if (line.size < prefix + 3 || memcmp(line.at, version, prefix) != 0) return false;
    const char* code = line.at + prefix;
    if (!is_digit(code[0]) || !is_digit(code[1]) || !is_digit(code[2])) return false;
    if (line.size > prefix + 3 && code[3] != ' ') return false;
    response->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    return response->status >= 200 && response->status <= 599 && is_text(line);
}

static bool parse_length(struct slice value, size_t* length) {
    if (value.size == 0 || value.size > 15) return false; // 15 digits fit into any size_t of 64 bits
    unsigned long long sum = 0;
    for (size_t i = 0; i < value.size; ++i) {
        if (!is_digit(value.at[i])) return false;
        sum = sum * 10 + (unsigned)(value.at[i] - '0');
    }
    *length = (size_t)sum;
    return *length == sum;
}

/// What the parser remembers from line to line.
struct framing {
    bool has_length;
};

static bool parse_header(struct tw_http_response* response, struct framing* seen, struct slice line) {
    size_t name_size = 0;
    while (name_size < line.size && is_name_char(line.at[name_size])) ++name_size;
    if (name_size == 0 || name_size == line.size || line.at[name_size] != ':') return false;
    struct slice name = {line.at, name_size};
    struct slice value = trimmed((struct slice){line.at + name_size + 1, line.size - name_size - 1});
    if (!is_text(value)) return false;
    if (is(name, "Content-Length")) {
        if (seen->has_length || !parse_length(value, &response->body_size)) return false;
        seen->has_length = true;
    }
    if (is(name, "Transfer-Encoding")) return false;
    if (is(name, "Connection") && is(value, "close")) response->keep_alive = false;
    if (is(name, "Preference-Applied") && value.size >= 4 && strncasecmp(value.at, "wait", 4) == 0 &&
        (value.size == 4 || value.at[4] == '=' || value.at[4] == ','))
        response->waited = true;
    return true;
}

/// Parses the head, whose lines end with CR LF each and of which the last is empty.
static bool parse_head(struct tw_http_response* response, const char* head) {
    const char* end = head + response->head_size - 2;
    struct framing seen = {false};
    response->keep_alive = true;
    for (const char* at = head; at != end;) {
        const char* feed = memchr(at, '\n', (size_t)(end - at));
        if (feed == NULL || feed == at || feed[-1] != '\r') return false;
        struct slice line = {at, (size_t)(feed - 1 - at)};
        bool good = at == head ? parse_status_line(response, line) : parse_header(response, &seen, line);
        if (!good) return false;
        at = feed + 1;
    }
    bool bodiless = response->status == 204 || response->status == 304;
    if (bodiless) response->body_size = 0;
    return bodiless || seen.has_length;
}

/// Where the body begins, after the first empty line; NULL = not received yet. It is not in the first
/// `scanned` bytes.
static const char* find_body(const char* bytes, size_t scanned, size_t size) {
    const char* end = bytes + size;
    for (const char* at = bytes + scanned; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; ++at)
        if (at - bytes >= 3 && memcmp(at - 3, "\r\n\r", 3) == 0) return at + 1;
    return NULL;
}

enum tw_http_state tw_http_parse(struct tw_http_response* response, const char* bytes, size_t size) {
    size_t window = size < TW_HTTP_MAX_HEAD ? size : TW_HTTP_MAX_HEAD;
    const char* body = find_body(bytes, response->scanned, window);
    if (body == NULL) {
        response->scanned = window;
        return window == TW_HTTP_MAX_HEAD ? TW_HTTP_BAD : TW_HTTP_MORE;
    }
    response->head_size = (size_t)(body - bytes);
    return parse_head(response, bytes) ? TW_HTTP_HEAD : TW_HTTP_BAD;
}
