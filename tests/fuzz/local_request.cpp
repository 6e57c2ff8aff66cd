// Feeds bytes to the local side's parsers as a connection would: whole, and in two pieces, which must come to
// the same.
#include "daemon/local/http/conditional.hpp"
#include "daemon/local/http/host.hpp"
#include "daemon/local/http/media.hpp"
#include "daemon/local/http/prefer.hpp"
#include "daemon/local/http/request_parser.hpp"
#include "daemon/local/http/target.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace tokenward::local;
using outcome = request_parser::outcome;

void require(bool holds) {
    if (!holds) std::abort();
}

struct parsed {
    outcome end = outcome::incomplete;
    int status = 0;
    std::size_t size = 0;
    std::string target{}, host{}, body{};
    friend bool operator==(const parsed&, const parsed&) = default;
};

bool is_inside(std::string_view part, std::string_view all) {
    return part.empty() ||
           (part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size());
}

// What stands behind a request's parser: none of it may read beyond the bytes, whatever they are.
void use(const request& asked) {
    target path;
    if (path.assign(asked.target)) require(path.segments().size() <= 9);
    require(!is_loopback_host(asked.host) || is_socket_host(asked.host) || asked.host.starts_with("127."));
    (void)choose_media(asked, true);
    (void)wait_preference(asked);
    if (auto only_if = conditions::of(asked)) (void)only_if->judge("sha256:0123456789abcdef");
}

parsed parse(std::string text, std::size_t split) {
    request_parser parser;
    request asked;
    std::string bytes = text.substr(0, split);
    outcome end = bytes.empty() ? outcome::incomplete : parser.parse(bytes, asked);
    if (end == outcome::incomplete && split < text.size()) {
        bytes += text.substr(split);
        end = parser.parse(bytes, asked);
    }
    if (end == outcome::failed) return {.end = end, .status = parser.error().status};
    if (end == outcome::incomplete) return {};
    require(parser.size() <= bytes.size());
    require(is_inside(asked.target, bytes) || asked.target == "/");
    require(is_inside(asked.host, bytes));
    require(is_inside(asked.body, bytes));
    // Two ways to tell where a body ends are one too many (RFC 9112, section 6.3).
    require(!asked.has(field::transfer_encoding) || !asked.has(field::content_length));
    require(asked.has(field::transfer_encoding) == (asked.body_framing == framing::chunked));
    use(asked);
    return {.end = end,
            .size = parser.size(),
            .target = std::string(asked.target),
            .host = std::string(asked.host),
            .body = std::string(asked.body)};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::size_t split = data[0] % size; // the first byte says where the second piece begins
    std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    parsed whole = parse(text, text.size());
    parsed pieces = parse(text, std::min(split, text.size()));
    require(whole == pieces);
    return 0;
}
