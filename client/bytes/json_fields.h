// Fills in a structure from a JSON object, by a table of the members that are wanted. All others are skipped,
// so that a newer daemon can send more.
#ifndef TOKENWARD_CLIENT_BYTES_JSON_FIELDS_H
#define TOKENWARD_CLIENT_BYTES_JSON_FIELDS_H

#include "client/bytes/arena.h"
#include "client/bytes/json_reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The type of a member, and of what it is written to at `offset` of the structure. A member that is missing,
/// null or of another type leaves that unchanged.
enum tw_field_kind {
    TW_FIELD_TEXT,    ///< `const char*`, in the arena
    TW_FIELD_INTEGER, ///< `long long`
    TW_FIELD_FLAG,    ///< `bool`
    TW_FIELD_OBJECT,  ///< `read` is called with the structure, at the event TW_JSON_OBJECT
    TW_FIELD_LIST     ///< `read` is called with the structure for each element that is an object or a string
};

/// Reads the value whose first event is the reader's last one. False: malformed, or no memory.
typedef bool tw_field_reader(struct tw_json* reader, struct tw_arena* arena, void* structure);

struct tw_field {
    const char* name;
    enum tw_field_kind kind;
    size_t offset;         ///< of TEXT, INTEGER, FLAG
    tw_field_reader* read; ///< of OBJECT, LIST
};

/// Reads the object that the reader's last event began, to its end. `fields` end with one without a name.
/// False: malformed JSON, a text that contains a NUL, or no memory.
bool tw_read_fields(struct tw_json* reader, struct tw_arena* arena, const struct tw_field* fields,
                    void* structure);

/// Reads a whole document, which must be one object. False: as above, or it is not.
bool tw_read_document(const char* bytes, size_t size, struct tw_arena* arena, const struct tw_field* fields,
                      void* structure);

#ifdef __cplusplus
}
#endif

#endif
