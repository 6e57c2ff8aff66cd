// See http.hpp.
#include "tests/support/standin/http.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tokenward::standin {

namespace {

constexpr std::size_t most_header = std::size_t{256} * 1024;
constexpr std::size_t most_body = std::size_t{8} * 1024 * 1024;

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// Cuts off and returns what stands before `mark`; without a mark, everything.
std::string_view cut(std::string_view& text, std::string_view mark) {
    const auto at = text.find(mark);
    const auto part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
    return part;
}

std::string_view trimmed(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

request parse_head(std::string_view head) {
    auto line = cut(head, "\r\n");
    request result;
    result.method = cut(line, " ");
    result.target = cut(line, " ");
    if (!result.target.starts_with('/') || (line != "HTTP/1.1" && line != "HTTP/1.0"))
        throw malformed_request("not a request line of HTTP/1.x");
    result.keep_alive = line == "HTTP/1.1";

    std::string_view query = result.target;
    result.path = cut(query, "?");
    while (!query.empty()) {
        auto value = cut(query, "&");
        const std::string name(cut(value, "="));
        result.query[name] = value;
    }
    while (!head.empty()) {
        auto value = cut(head, "\r\n");
        const std::string name(cut(value, ":"));
        result.headers.emplace_back(name, trimmed(value));
    }
    if (same_name(result.header("Connection"), "close")) result.keep_alive = false;
    return result;
}

std::size_t body_size(const request& of) {
    if (!of.header("Transfer-Encoding").empty()) throw malformed_request("a body must have a Content-Length");
    const auto text = of.header("Content-Length");
    std::size_t size = 0;
    if (text.empty()) return 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), size);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || size > most_body)
        throw malformed_request("no good Content-Length: " + text);
    return size;
}

} // namespace

std::string request::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.first, name); });
    return found == headers.end() ? std::string() : found->second;
}

std::string request::base_url() const {
    return (secure ? "https://" : "http://") + header("Host");
}

bool request_reader::fill() {
    std::array<char, 16384> buffer;
    const auto size = x_stream.read_some(buffer.data(), buffer.size());
    x_received.append(buffer.data(), size);
    return size > 0;
}

std::optional<request> request_reader::next() {
    std::size_t end = 0;
    while ((end = x_received.find("\r\n\r\n")) == std::string::npos) {
        if (x_received.size() > most_header) throw malformed_request("the header is too long");
        if (!fill()) return std::nullopt;
    }
    auto result = parse_head(std::string_view(x_received).substr(0, end));
    x_received.erase(0, end + 4);
    const auto size = body_size(result);
    while (x_received.size() < size)
        if (!fill()) return std::nullopt;
    result.body = x_received.substr(0, size);
    x_received.erase(0, size);
    result.secure = x_stream.secure();
    return result;
}

std::string_view reason_of(int status) noexcept {
    static const std::map<int, std::string_view> reasons{{200, "OK"},
                                                         {201, "Created"},
                                                         {202, "Accepted"},
                                                         {204, "No Content"},
                                                         {301, "Moved"},
                                                         {302, "Found"},
                                                         {307, "Temporary Redirect"},
                                                         {308, "Permanent Redirect"},
                                                         {400, "Bad Request"},
                                                         {401, "Unauthorized"},
                                                         {403, "Forbidden"},
                                                         {404, "Not Found"},
                                                         {405, "Method Not Allowed"},
                                                         {409, "Conflict"},
                                                         {429, "Too Many Requests"},
                                                         {500, "Internal Server Error"},
                                                         {502, "Bad Gateway"},
                                                         {503, "Service Unavailable"},
                                                         {504, "Gateway Timeout"}};
    const auto found = reasons.find(status);
    return found == reasons.end() ? "Other" : found->second;
}

} // namespace tokenward::standin
