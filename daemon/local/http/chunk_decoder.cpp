// The steps of decoding: the line with a chunk's size, its data, the trailers.
#include "daemon/local/http/chunk_decoder.hpp"

#include "daemon/local/http/header_section.hpp"
#include "daemon/local/http/http_text.hpp"

#include <cstring>

namespace tokenward::local {
namespace {

constexpr std::size_t max_line = 1024; // a chunk's size with its extensions, a trailer
constexpr std::size_t max_digits = 16; // of a size, with its leading zeros
static_assert(sizeof(std::size_t) * 2 >= max_digits);

} // namespace

chunk_decoder::outcome chunk_decoder::fail(int status, std::string_view what) noexcept {
    x_error = {status, what};
    return outcome::failed;
}

// What it returns tells whether to go on: `complete` here means that one step was done.
chunk_decoder::outcome chunk_decoder::take_size(std::string_view line) noexcept {
    std::string_view digits = line.substr(0, line.find(';'));
    std::string_view extensions = line.substr(digits.size());
    if (!extensions.empty()) // white space may stand before one (RFC 9112, section 7.1.1)
        digits = digits.substr(0, digits.find_last_not_of(" \t") + 1);
    const auto size = parse_number<std::size_t>(digits, 16);
    if (!size || digits.size() > max_digits) return fail(400, "the size of a chunk is malformed");
    if (!is_field_value(extensions)) return fail(400, "the extension of a chunk is malformed");
    if (*size > max_body - x_decoded) return fail(413, "the body is over 64 KiB");
    x_left = *size;
    x_state = *size == 0 ? state::trailer : state::data;
    return outcome::complete;
}

chunk_decoder::outcome chunk_decoder::take_trailer(std::string_view line) {
    if (line.empty()) {
        x_state = state::end;
        return outcome::complete;
    }
    std::string_view name;
    std::string_view value;
    if (auto bad = parse_field_line(line, name, value)) return fail(bad->status, bad->what);
    return outcome::complete;
}

chunk_decoder::outcome chunk_decoder::take_line(std::span<char> bytes) {
    std::string_view rest(bytes.data() + x_consumed, bytes.size() - x_consumed);
    auto end = rest.find('\n');
    if (end == std::string_view::npos)
        return rest.size() > max_line ? fail(400, "a line of the chunked coding is too long")
                                      : outcome::incomplete;
    if (end == 0 || rest[end - 1] != '\r') return fail(400, "a line ends without CRLF");
    if (end > max_line) return fail(400, "a line of the chunked coding is too long");
    std::string_view line = rest.substr(0, end - 1);
    x_consumed += end + 1;
    if (x_state == state::size) return take_size(line);
    if (x_state == state::trailer) return take_trailer(line);
    if (!line.empty()) return fail(400, "a chunk is longer than its size");
    x_state = state::size;
    return outcome::complete;
}

chunk_decoder::outcome chunk_decoder::take_data(std::span<char> bytes) {
    std::size_t size = std::min(x_left, bytes.size() - x_consumed);
    if (size == 0) return outcome::incomplete;
    std::memmove(bytes.data() + x_decoded, bytes.data() + x_consumed, size);
    x_decoded += size;
    x_consumed += size;
    x_left -= size;
    if (x_left == 0) x_state = state::data_end;
    return outcome::complete;
}

chunk_decoder::outcome chunk_decoder::decode(std::span<char> bytes) {
    while (x_state != state::end) {
        outcome step = x_state == state::data ? take_data(bytes) : take_line(bytes);
        if (step == outcome::failed) return step;
        if (x_consumed > max_chunked) return fail(413, "the body is too large");
        if (step == outcome::incomplete) return step;
    }
    return outcome::complete;
}

} // namespace tokenward::local
