// Fuzzes the client's parser of answers: in pieces it must come to what it comes to at once.
#include "client/bytes/http_response.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const char* bytes = reinterpret_cast<const char*>(data);
    tw_http_response whole{};
    const tw_http_state state = tw_http_parse(&whole, bytes, size);
    if (state == TW_HTTP_HEAD && (whole.head_size > size || whole.head_size > TW_HTTP_MAX_HEAD)) std::abort();

    tw_http_response pieces{};
    tw_http_state last = TW_HTTP_MORE;
    for (std::size_t come = 0; come <= size && last == TW_HTTP_MORE; ++come)
        last = tw_http_parse(&pieces, bytes, come);
    if (last != state) std::abort();
    if (state == TW_HTTP_HEAD &&
        (pieces.head_size != whole.head_size || pieces.body_size != whole.body_size ||
         pieces.status != whole.status || pieces.keep_alive != whole.keep_alive))
        std::abort();
    return 0;
}
