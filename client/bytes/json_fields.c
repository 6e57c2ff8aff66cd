// Fills in a structure from a JSON object.
#include "client/bytes/json_fields.h"

#include <string.h>

static bool read_text(const struct tw_json* r, struct tw_arena* arena, const char** text) {
    if (memchr(r->text, '\0', r->text_size) != NULL) return false;
    *text = tw_arena_copy(arena, r->text, r->text_size);
    return *text != NULL;
}

static bool read_list(struct tw_json* r, struct tw_arena* arena, const struct tw_field* field,
                      void* structure) {
    while (tw_json_next(r) != TW_JSON_ARRAY_END) {
        if (r->event == TW_JSON_ERROR) return false;
        bool wanted = r->event == TW_JSON_OBJECT || r->event == TW_JSON_STRING;
        if (!wanted)
            tw_json_skip(r);
        else if (!field->read(r, arena, structure))
            return false;
    }
    return true;
}

/// Reads the value that the last event began if it has the field's type; skips it otherwise.
static bool read_value(struct tw_json* r, struct tw_arena* arena, const struct tw_field* field,
                       void* structure) {
    void* target = (char*)structure + field->offset;
    enum tw_json_event event = r->event;
    if (field->kind == TW_FIELD_TEXT && event == TW_JSON_STRING) return read_text(r, arena, target);
    if (field->kind == TW_FIELD_INTEGER && event == TW_JSON_NUMBER) {
        tw_json_integer(r, target);
        return true;
    }
    if (field->kind == TW_FIELD_FLAG && (event == TW_JSON_TRUE || event == TW_JSON_FALSE)) {
        *(bool*)target = event == TW_JSON_TRUE;
        return true;
    }
    if (field->kind == TW_FIELD_OBJECT && event == TW_JSON_OBJECT) return field->read(r, arena, structure);
    if (field->kind == TW_FIELD_LIST && event == TW_JSON_ARRAY) return read_list(r, arena, field, structure);
    tw_json_skip(r);
    return r->event != TW_JSON_ERROR;
}

static const struct tw_field* find(const struct tw_field* fields, const struct tw_json* key) {
    while (fields->name != NULL && !tw_json_text_is(key, fields->name)) ++fields;
    return fields->name != NULL ? fields : NULL;
}

bool tw_read_fields(struct tw_json* reader, struct tw_arena* arena, const struct tw_field* fields,
                    void* structure) {
    while (tw_json_next(reader) == TW_JSON_KEY) {
        const struct tw_field* field = find(fields, reader);
        if (field == NULL) {
            tw_json_skip(reader);
            continue;
        }
        tw_json_next(reader);
        if (!read_value(reader, arena, field, structure)) return false;
    }
    return reader->event == TW_JSON_OBJECT_END;
}

bool tw_read_document(const char* bytes, size_t size, struct tw_arena* arena, const struct tw_field* fields,
                      void* structure) {
    struct tw_json reader = tw_json_reader(bytes, size);
    bool good = tw_json_next(&reader) == TW_JSON_OBJECT &&
                tw_read_fields(&reader, arena, fields, structure) && tw_json_next(&reader) == TW_JSON_END;
    tw_json_finish(&reader);
    return good;
}
