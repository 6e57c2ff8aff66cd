// See log.hpp.
#include "daemon/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace tokenward::log {
namespace {

struct level_info {
    level of;
    std::string_view name;
    std::string_view journal_prefix; ///< sd-daemon(3)
    spdlog::level::level_enum theirs;
};

constexpr std::array levels{
    level_info{level::debug, "debug", "<7>", spdlog::level::debug},
    level_info{level::info, "info", "<6>", spdlog::level::info},
    level_info{level::warning, "warning", "<4>", spdlog::level::warn},
    level_info{level::error, "error", "<3>", spdlog::level::err},
};

const level_info& describe(level of) {
    return levels[static_cast<std::size_t>(of)];
}

bool in_journal() {
    static const bool set = std::getenv("JOURNAL_STREAM") != nullptr;
    return set;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("tokenwardd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(in_journal() ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                          spdlog::pattern_time_type::utc);
        made->set_level(spdlog::level::info);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

void append_clean(std::string& out, std::string_view text) {
    for (char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

bool needs_quotes(std::string_view value) {
    return std::any_of(value.begin(), value.end(),
                       [](char c) { return c == ' ' || c == '"' || c == '\\' || c == '='; });
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(" ").append(key).append("=");
    if (!needs_quotes(value)) return append_clean(out, value);
    out += '"';
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        append_clean(out, {&c, 1});
    }
    out += '"';
}

} // namespace

void set_level(level least) noexcept {
    logger().set_level(describe(least).theirs);
}

bool is_enabled(level of) noexcept {
    return logger().should_log(describe(of).theirs);
}

std::optional<level> parse_level(std::string_view name) noexcept {
    for (const auto& known : levels)
        if (known.name == name) return known.of;
    return std::nullopt;
}

std::string compose(std::string_view event, const fields& about, std::string_view text) {
    std::string line;
    append_clean(line, text);
    append_field(line, "event", event);
    append_field(line, "identity", about.identity);
    append_field(line, "scope", about.scope);
    return line;
}

void write(level of, std::string_view event, const fields& about, std::string_view text) {
    std::string line(in_journal() ? describe(of).journal_prefix : "");
    line += compose(event, about, text);
    logger().log(describe(of).theirs, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace tokenward::log
