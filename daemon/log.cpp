// See log.hpp.
#include "daemon/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <systemd/sd-journal.h>

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tokenward::log {
namespace {

struct level_info {
    level of;
    std::string_view name;
    int priority; ///< syslog(3)
    spdlog::level::level_enum theirs;
};

constexpr std::array levels{
    level_info{level::debug, "debug", LOG_DEBUG, spdlog::level::debug},
    level_info{level::info, "info", LOG_INFO, spdlog::level::info},
    level_info{level::warning, "warning", LOG_WARNING, spdlog::level::warn},
    level_info{level::error, "error", LOG_ERR, spdlog::level::err},
};

const level_info& describe(level of) {
    return levels[static_cast<std::size_t>(of)];
}

// Whether stderr is still the stream that the service manager connected to the journal (systemd.exec(5)).
bool in_journal() {
    static const bool connected = [] {
        const char* stream = std::getenv("JOURNAL_STREAM");
        struct stat is {};
        return stream != nullptr && ::fstat(STDERR_FILENO, &is) == 0 &&
               fmt::format("{}:{}", is.st_dev, is.st_ino) == stream;
    }();
    return connected;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("tokenwardd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
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

struct named_value {
    std::string_view key; // as in a line; the journal has it in capitals
    std::string value;
};

std::vector<named_value> values_of(std::string_view event, const fields& about) {
    std::vector<named_value> values;
    auto add = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) values.push_back({key, std::string(value)});
    };
    add("event", event);
    add("identity", about.identity);
    add("scope", about.scope);
    add("fingerprint", about.fingerprint);
    if (about.upstream_status != 0) add("upstream_status", std::to_string(about.upstream_status));
    if (about.peer_uid) add("peer_uid", std::to_string(*about.peer_uid));
    add("peer_unit", about.peer_unit);
    return values;
}

// False if the journal did not take it.
bool send_to_journal(const level_info& of, std::string_view event, const fields& about,
                     std::string_view text) {
    std::vector<std::string> entries{"MESSAGE=", fmt::format("PRIORITY={}", of.priority),
                                     "SYSLOG_IDENTIFIER=tokenwardd"};
    append_clean(entries.front(), text);
    for (const named_value& each : values_of(event, about)) {
        std::string& entry = entries.emplace_back();
        for (char c : each.key) entry += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
        entry += '=';
        append_clean(entry, each.value);
    }
    std::vector<iovec> vectors;
    for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
    return sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size())) == 0;
}

} // namespace

void set_level(level least) noexcept {
    logger().set_level(describe(least).theirs);
}

level current_level() noexcept {
    const auto theirs = logger().level();
    const auto* found =
        std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.theirs == theirs; });
    return found == levels.end() ? level::info : found->of;
}

bool is_enabled(level of) noexcept {
    return logger().should_log(describe(of).theirs);
}

std::optional<level> parse_level(std::string_view name) noexcept {
    for (const auto& known : levels)
        if (known.name == name) return known.of;
    return std::nullopt;
}

std::string_view name_of(level of) noexcept {
    return describe(of).name;
}

std::string compose(std::string_view event, const fields& about, std::string_view text) {
    std::string line;
    append_clean(line, text);
    for (const named_value& each : values_of(event, about)) append_field(line, each.key, each.value);
    return line;
}

void write(level of, std::string_view event, const fields& about, std::string_view text) {
    if (in_journal() && send_to_journal(describe(of), event, about, text)) return;
    const std::string line = compose(event, about, text);
    logger().log(describe(of).theirs, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace tokenward::log
