// The JSON reader: one event after the other.
#include "client/bytes/json_reader.h"

#include "client/bytes/json_string.h"

#include <limits.h>
#include <string.h>

enum { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_KEY, EXPECT_KEY_OR_END, EXPECT_COMMA_OR_END };

struct tw_json tw_json_reader(const char* bytes, size_t size) {
    return (struct tw_json){
        .event = TW_JSON_START, .at = bytes, .end = bytes + size, .expecting = EXPECT_VALUE};
}

void tw_json_finish(struct tw_json* reader) {
    tw_buffer_free(&reader->scratch);
}

/// The next byte, or -1 at the end.
static int peek(const struct tw_json* r) {
    return r->at == r->end ? -1 : (unsigned char)*r->at;
}

static void skip_space(struct tw_json* r) {
    while (r->at != r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) ++r->at;
}

static enum tw_json_event opened(struct tw_json* r, char bracket) {
    if (r->depth == TW_JSON_MAX_DEPTH) return TW_JSON_ERROR;
    ++r->at;
    r->open[r->depth++] = bracket;
    r->expecting = bracket == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return bracket == '{' ? TW_JSON_OBJECT : TW_JSON_ARRAY;
}

static enum tw_json_event closed(struct tw_json* r) {
    char bracket = r->open[r->depth - 1];
    if (peek(r) != (bracket == '{' ? '}' : ']')) return TW_JSON_ERROR;
    ++r->at;
    --r->depth;
    r->expecting = EXPECT_COMMA_OR_END;
    return bracket == '{' ? TW_JSON_OBJECT_END : TW_JSON_ARRAY_END;
}

static bool read_string(struct tw_json* r) {
    return tw_json_read_string(&r->at, r->end, &r->scratch, &r->text, &r->text_size);
}

static bool skip_digits(struct tw_json* r) {
    const char* first = r->at;
    while (r->at != r->end && *r->at >= '0' && *r->at <= '9') ++r->at;
    return r->at != first;
}

static enum tw_json_event read_number(struct tw_json* r) {
    r->text = r->at;
    if (peek(r) == '-') ++r->at;
    const char* integer = r->at;
    if (!skip_digits(r) || (*integer == '0' && r->at - integer > 1)) return TW_JSON_ERROR;
    if (peek(r) == '.') {
        ++r->at;
        if (!skip_digits(r)) return TW_JSON_ERROR;
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        ++r->at;
        if (peek(r) == '+' || peek(r) == '-') ++r->at;
        if (!skip_digits(r)) return TW_JSON_ERROR;
    }
    r->text_size = (size_t)(r->at - r->text);
    return TW_JSON_NUMBER;
}

static enum tw_json_event read_word(struct tw_json* r, const char* word, enum tw_json_event event) {
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0) return TW_JSON_ERROR;
    r->at += size;
    return event;
}

static enum tw_json_event read_value(struct tw_json* r) {
    int c = peek(r);
    if (c == '{' || c == '[') return opened(r, (char)c);
    r->expecting = EXPECT_COMMA_OR_END;
    switch (c) {
    case '"': return read_string(r) ? TW_JSON_STRING : TW_JSON_ERROR;
    case 't': return read_word(r, "true", TW_JSON_TRUE);
    case 'f': return read_word(r, "false", TW_JSON_FALSE);
    case 'n': return read_word(r, "null", TW_JSON_NULL);
    default: return read_number(r);
    }
}

static enum tw_json_event read_key(struct tw_json* r) {
    if (peek(r) != '"' || !read_string(r)) return TW_JSON_ERROR;
    skip_space(r);
    if (peek(r) != ':') return TW_JSON_ERROR;
    ++r->at;
    r->expecting = EXPECT_VALUE;
    return TW_JSON_KEY;
}

static enum tw_json_event step(struct tw_json* r) {
    skip_space(r);
    if (r->expecting == EXPECT_COMMA_OR_END) {
        if (r->depth == 0) return r->at == r->end ? TW_JSON_END : TW_JSON_ERROR;
        if (peek(r) != ',') return closed(r);
        ++r->at;
        skip_space(r);
        r->expecting = r->open[r->depth - 1] == '{' ? EXPECT_KEY : EXPECT_VALUE;
    }
    if (r->expecting == EXPECT_VALUE_OR_END && peek(r) == ']') return closed(r);
    if (r->expecting == EXPECT_KEY_OR_END && peek(r) == '}') return closed(r);
    bool key = r->expecting == EXPECT_KEY || r->expecting == EXPECT_KEY_OR_END;
    return key ? read_key(r) : read_value(r);
}

enum tw_json_event tw_json_next(struct tw_json* reader) {
    reader->text = "";
    reader->text_size = 0;
    if (reader->event != TW_JSON_ERROR) reader->event = step(reader);
    return reader->event;
}

void tw_json_skip(struct tw_json* reader) {
    if (reader->event == TW_JSON_KEY) tw_json_next(reader);
    if (reader->event != TW_JSON_OBJECT && reader->event != TW_JSON_ARRAY) return;
    unsigned outer = reader->depth - 1;
    while (reader->depth > outer && reader->event != TW_JSON_ERROR) tw_json_next(reader);
}

bool tw_json_text_is(const struct tw_json* reader, const char* expected) {
    return strlen(expected) == reader->text_size && memcmp(reader->text, expected, reader->text_size) == 0;
}

bool tw_json_integer(const struct tw_json* reader, long long* value) {
    if (reader->event != TW_JSON_NUMBER) return false;
    const char* at = reader->text;
    const char* end = at + reader->text_size;
    bool negative = *at == '-';
    if (negative) ++at;
    long long sum = 0; // negative, because there is one more negative number than positive ones
    for (; at != end; ++at) {
        if (*at < '0' || *at > '9' || sum < LLONG_MIN / 10) return false;
        sum *= 10;
        if (sum < LLONG_MIN + (*at - '0')) return false;
        sum -= *at - '0';
    }
    if (!negative && sum == LLONG_MIN) return false;
    *value = negative ? sum : -sum;
    return true;
}
