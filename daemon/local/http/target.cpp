// Splits a target into segments and parameters, and decodes percent-encoding.
#include "daemon/local/http/target.hpp"

#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/local/http/http_text.hpp"

#include <algorithm>

namespace tokenward::local {
namespace {

constexpr std::uint64_t max_number = 1'000'000'000;

problem malformed(std::string detail) {
    return {errc::bad_request, std::move(detail)};
}

} // namespace

result<std::string_view> target::decode(std::string_view text) {
    if (text.find('%') == std::string_view::npos) return text;
    const std::size_t start = x_decoded.size();
    if (!append_percent_decoded(text, x_decoded))
        return malformed("a % in the target is not followed by two hex digits");
    std::string_view decoded = std::string_view(x_decoded).substr(start);
    if (decoded.find('\0') != std::string_view::npos) return malformed("the target holds a NUL");
    if (!is_utf8(decoded)) return malformed("the target is not UTF-8");
    return decoded;
}

result<void> target::take_path(std::string_view path) {
    if (path == "/") return {};
    while (!path.empty() && x_segment_count < x_segments.size()) {
        path.remove_prefix(1);
        std::string_view raw = path.substr(0, path.find('/'));
        if (raw.empty()) return malformed("the path has an empty segment");
        auto segment = decode(raw);
        if (!segment) return segment.error();
        x_segments[x_segment_count++] = *segment;
        path.remove_prefix(raw.size());
    }
    return {};
}

result<void> target::take_query(std::string_view query) {
    for (bool more = !query.empty(); more;) {
        std::string_view pair = query.substr(0, query.find('&'));
        more = pair.size() != query.size();
        query.remove_prefix(pair.size() + (more ? 1 : 0));
        if (pair.empty() || pair.front() == '=') return malformed("the query has an empty parameter");
        auto equals = pair.find('=');
        auto name = decode(pair.substr(0, equals));
        if (!name) return name.error();
        auto value = decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        if (!value) return value.error();
        if (parameter_named(*name))
            return malformed("the parameter " + std::string(*name) + " is given twice");
        if (x_parameter_count == x_parameters.size()) return malformed("there are too many parameters");
        x_parameters[x_parameter_count++] = {*name, *value};
    }
    return {};
}

result<void> target::assign(std::string_view text) {
    x_segment_count = 0;
    x_parameter_count = 0;
    x_decoded.clear();
    if (text.find('%') != std::string_view::npos) x_decoded.reserve(text.size());
    auto question = text.find('?');
    if (auto done = take_path(text.substr(0, question)); !done) return done;
    if (question == std::string_view::npos) return {};
    return take_query(text.substr(question + 1));
}

std::optional<std::string_view> target::parameter_named(std::string_view name) const noexcept {
    for (const parameter& p : parameters())
        if (p.name == name) return p.value;
    return std::nullopt;
}

result<std::uint64_t> target::number(std::string_view name, std::uint64_t otherwise) const {
    auto text = parameter_named(name);
    if (!text) return otherwise;
    auto value = parse_number<std::uint64_t>(*text);
    if (!value || *value > max_number)
        return malformed(std::string(name) + " must be whole seconds, 0 to 1000000000");
    return *value;
}

result<void> target::allow_only(std::span<const std::string_view> known) const {
    for (const parameter& p : parameters())
        if (std::find(known.begin(), known.end(), p.name) == known.end())
            return malformed("there is no parameter " + std::string(p.name));
    return {};
}

} // namespace tokenward::local
