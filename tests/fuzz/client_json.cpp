// Fuzzes the client's JSON reader: it must end, stay within its depth, and hand out well-formed UTF-8 only.
#include "client/bytes/json_reader.h"
#include "client/bytes/utf8.h"

#include <cstdint>
#include <cstdlib>

namespace {

/// What holds after every event.
void check(const tw_json& reader) {
    if (reader.depth > TW_JSON_MAX_DEPTH) std::abort();
    const char* const end = reader.text + reader.text_size;
    for (const char* at = reader.text; at != end;) {
        const std::size_t length = tw_utf8_length(at, end);
        if (length == 0) std::abort();
        at += length;
    }
    long long number = 0;
    tw_json_integer(&reader, &number);
}

/// Whether the document is well-formed; `skipping` passes over the members of objects.
bool read(const char* bytes, std::size_t size, bool skipping) {
    tw_json reader = tw_json_reader(bytes, size);
    while (tw_json_next(&reader) != TW_JSON_END && reader.event != TW_JSON_ERROR) {
        check(reader);
        if (skipping && reader.event == TW_JSON_KEY) tw_json_skip(&reader);
    }
    const bool good = reader.event == TW_JSON_END;
    tw_json_finish(&reader);
    return good;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const char* bytes = reinterpret_cast<const char*>(data);
    if (read(bytes, size, false) != read(bytes, size, true)) std::abort();
    return 0;
}
