// A strict, bounded JSON reader (RFC 8259) that hands out one event after the other and builds no tree.
#ifndef TOKENWARD_CLIENT_BYTES_JSON_READER_H
#define TOKENWARD_CLIENT_BYTES_JSON_READER_H

#include "client/bytes/buffer.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Arrays and objects within each other; deeper is an error.
#define TW_JSON_MAX_DEPTH 32

enum tw_json_event {
    TW_JSON_START, ///< nothing was read yet
    TW_JSON_OBJECT,
    TW_JSON_OBJECT_END,
    TW_JSON_ARRAY,
    TW_JSON_ARRAY_END,
    TW_JSON_KEY,    ///< a member's name, in `text`; its value comes next
    TW_JSON_STRING, ///< in `text`
    TW_JSON_NUMBER, ///< as it is written, in `text`
    TW_JSON_TRUE,
    TW_JSON_FALSE,
    TW_JSON_NULL,
    TW_JSON_END,  ///< the document is over and was well-formed
    TW_JSON_ERROR ///< it is not well-formed, too deep, or memory ran out; no other event follows
};

struct tw_json {
    enum tw_json_event event; ///< the last one
    const char* text;         ///< UTF-8, escapes resolved, may hold NULs; valid until the next event
    size_t text_size;

    // The reader's own.
    const char* at;
    const char* end;
    int expecting;
    unsigned depth;
    char open[TW_JSON_MAX_DEPTH]; ///< '{' or '[' of each level
    struct tw_buffer scratch;     ///< strings that have escapes
};

/// Reads `size` bytes at `bytes`, which must outlive the reader. Ended by tw_json_finish().
struct tw_json tw_json_reader(const char* bytes, size_t size);

/// Wipes and frees what the reader holds.
void tw_json_finish(struct tw_json* reader);

/// The next event, also in `reader->event`.
enum tw_json_event tw_json_next(struct tw_json* reader);

/// Passes over what the last event began: a key's value, the rest of an object or array. Nothing after
/// others.
void tw_json_skip(struct tw_json* reader);

/// Whether the text of the last event is `expected`.
bool tw_json_text_is(const struct tw_json* reader, const char* expected);

/// The number of the last event if it is an integer that fits; else false.
bool tw_json_integer(const struct tw_json* reader, long long* value);

#ifdef __cplusplus
}
#endif

#endif
