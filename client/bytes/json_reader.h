// A strict JSON reader (RFC 8259) with bounded depth. It returns one event after the other and builds no
// tree.
#ifndef TOKENWARD_CLIENT_BYTES_JSON_READER_H
#define TOKENWARD_CLIENT_BYTES_JSON_READER_H

#include "client/bytes/buffer.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How deeply arrays and objects may be nested.
#define TW_JSON_MAX_DEPTH 32

enum tw_json_event {
    TW_JSON_START, ///< nothing has been read yet
    TW_JSON_OBJECT,
    TW_JSON_OBJECT_END,
    TW_JSON_ARRAY,
    TW_JSON_ARRAY_END,
    TW_JSON_KEY,    ///< a member's name, in `text`; its value comes next
    TW_JSON_STRING, ///< in `text`
    TW_JSON_NUMBER, ///< as it is in the document, in `text`
    TW_JSON_TRUE,
    TW_JSON_FALSE,
    TW_JSON_NULL,
    TW_JSON_END,  ///< the document has ended and is well-formed
    TW_JSON_ERROR ///< it is not well-formed, too deep, or memory ran out; no other event follows
};

struct tw_json {
    enum tw_json_event event; ///< the last one
    const char* text;         ///< UTF-8, escapes resolved; may contain NULs; valid until the next event
    size_t text_size;

    // Private.
    const char* at;
    const char* end;
    int expecting;
    unsigned depth;
    char open[TW_JSON_MAX_DEPTH]; ///< '{' or '[' of each level
    struct tw_buffer scratch;     ///< strings that have escapes
};

/// A reader of `size` bytes at `bytes`, which must outlive it. End it with tw_json_finish().
struct tw_json tw_json_reader(const char* bytes, size_t size);

/// Wipes and frees what the reader holds.
void tw_json_finish(struct tw_json* reader);

/// The next event, also in `reader->event`.
enum tw_json_event tw_json_next(struct tw_json* reader);

/// Skips what the last event began: the value of a key, the rest of an object or array. Does nothing after
/// other events.
void tw_json_skip(struct tw_json* reader);

/// Whether the text of the last event is `expected`.
bool tw_json_text_is(const struct tw_json* reader, const char* expected);

/// The number of the last event if it is an integer that fits; else false.
bool tw_json_integer(const struct tw_json* reader, long long* value);

#ifdef __cplusplus
}
#endif

#endif
