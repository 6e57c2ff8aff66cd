// The preference `wait` among the lists of Prefer, and the field that confirms it.
#include "daemon/local/http/prefer.hpp"

#include "daemon/local/http/http_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace tokenward::local {
namespace {

std::string_view unquoted(std::string_view value) noexcept {
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return quoted ? value.substr(1, value.size() - 2) : value;
}

} // namespace

std::optional<std::chrono::seconds> wait_preference(const request& asked) noexcept {
    for (const request::line& line : asked.known_fields()) {
        if (line.name != field::prefer) continue;
        std::string_view list = line.value;
        while (!list.empty()) {
            std::string_view element = take_until(',', list);
            std::string_view value = take_until(';', element); // its parameters mean nothing here
            std::string_view name = take_until('=', value);
            if (!equals_any_case(name, "wait")) continue;
            auto seconds = parse_number<std::uint64_t>(unquoted(trimmed(value)));
            if (!seconds) return std::nullopt;
            const auto most = static_cast<std::uint64_t>(longest_watch.count());
            return std::chrono::seconds(std::min(*seconds, most));
        }
    }
    return std::nullopt;
}

std::string_view applied_wait(std::chrono::seconds wait) {
    static const auto lines = [] {
        std::array<std::string, longest_watch.count() + 1> made;
        std::size_t seconds = 0;
        for (std::string& line : made) line = fmt::format("Preference-Applied: wait={}\r\n", seconds++);
        return made;
    }();
    return lines[static_cast<std::size_t>(wait.count())];
}

} // namespace tokenward::local
