// Composes lines, and writes them to the journal or to stderr.
#include "daemon/base/log.hpp"

#include "common/posix.hpp"
#include "daemon/base/log_output.hpp"
#include "daemon/base/text/shown_text.hpp"

#include <fmt/chrono.h>

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tokenward::log {
namespace {

struct level_info {
    level of;
    std::string_view name;
    int priority; ///< syslog(3)
};

constexpr std::array levels{
    level_info{level::debug, "debug", LOG_DEBUG},
    level_info{level::info, "info", LOG_INFO},
    level_info{level::warning, "warning", LOG_WARNING},
    level_info{level::error, "error", LOG_ERR},
};

const level_info& describe(level of) {
    return levels[static_cast<std::size_t>(of)];
}

// Whether stderr is still the stream that the service manager connected to the journal (systemd.exec(5)).
bool in_journal() {
    static const bool connected = [] {
        struct stat is {};
        return ::fstat(STDERR_FILENO, &is) == 0 &&
               fmt::format("{}:{}", is.st_dev, is.st_ino) == environment_variable("JOURNAL_STREAM");
    }();
    return connected;
}

// One for the process. Never destroyed, since destructors of statics may log.
struct outputs {
    std::mutex mutex; // guards all of it
    journal_output journal{"/run/systemd/journal/socket"};
    stream_output stream{STDERR_FILENO};
    std::uint64_t unreported = 0; // dropped, and no line has said so yet
};

outputs& all_outputs() {
    static outputs& instance = *new outputs;
    return instance;
}

std::atomic<level> least_written{level::info};
std::atomic<std::uint64_t> lines_dropped{0};

// What programs look for in a line: no text of others may have it.
constexpr std::array<std::string_view, 7> field_names{
    "event", "identity", "scope", "fingerprint", "upstream_status", "peer_uid", "peer_unit"};

/// The text with `\x3d` for the `=` of what could be read as a field.
void append_text(std::string& out, std::string_view text) {
    std::string shown = shown_text(text);
    for (std::size_t at = shown.find('='); at != std::string::npos; at = shown.find('=', at + 1)) {
        const std::size_t before = shown.find_last_not_of("abcdefghijklmnopqrstuvwxyz_", at - (at != 0));
        const std::size_t start = before == std::string::npos ? 0 : before + 1;
        const std::string_view word = std::string_view(shown).substr(start, at - start);
        if (std::find(field_names.begin(), field_names.end(), word) == field_names.end()) continue;
        shown.replace(at, 1, "\\x3d");
    }
    out += shown;
}

bool needs_quotes(std::string_view value) {
    return value.find_first_of(" \"\\=") != std::string_view::npos || !is_shown_as_it_is(value);
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(" ").append(key).append("=");
    if (!needs_quotes(value)) {
        out += value;
        return;
    }
    std::string escaped;
    for (char c : value) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c;
    }
    out += '"';
    append_shown(out, escaped);
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

outcome send_to_journal(const level_info& of, std::string_view event, const fields& about,
                        std::string_view text) {
    std::vector<std::string> entries{"MESSAGE=", fmt::format("PRIORITY={}", of.priority),
                                     "SYSLOG_IDENTIFIER=tokenwardd"};
    append_shown(entries.front(), text);
    for (const named_value& each : values_of(event, about)) {
        std::string& entry = entries.emplace_back();
        for (char c : each.key) entry += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
        entry += '=';
        append_shown(entry, each.value);
    }
    return all_outputs().journal.send(entries);
}

// REQUIRES: the mutex is held.
bool put(const level_info& of, std::string_view event, const fields& about, std::string_view text) {
    if (in_journal()) {
        const outcome sent = send_to_journal(of, event, about, text);
        if (sent != outcome::broken) return sent == outcome::taken;
    }
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const auto second = floor<seconds>(now);
    const std::string line =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} {}\n", fmt::gmtime(system_clock::to_time_t(second)),
                    (now - second).count(), of.name, compose(event, about, text));
    return all_outputs().stream.write(line) == outcome::taken;
}

// REQUIRES: the mutex is held.
void report_dropped() {
    std::uint64_t& unreported = all_outputs().unreported;
    if (unreported == 0 || !is_enabled(level::warning)) return;
    const std::string text =
        fmt::format("{} lines of the log were dropped: nobody read it, or there was no memory", unreported);
    if (put(describe(level::warning), "log_dropped", {}, text)) unreported = 0;
}

} // namespace

void set_level(level least) noexcept {
    least_written = least;
}

level current_level() noexcept {
    return least_written;
}

bool is_enabled(level of) noexcept {
    return of >= least_written;
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
    append_text(line, text);
    for (const named_value& each : values_of(event, about)) append_field(line, each.key, each.value);
    return line;
}

void write(level of, std::string_view event, const fields& about, std::string_view text) noexcept {
    if (!is_enabled(of)) return;
    const std::lock_guard lock(all_outputs().mutex);
    bool taken = false;
    try {
        report_dropped();
        taken = put(describe(of), event, about, text);
    } catch (...) {
        // No memory: it is dropped.
    }
    if (taken) return;
    ++all_outputs().unreported;
    ++lines_dropped;
}

void format(level of, std::string_view event, const fields& about, fmt::string_view text,
            fmt::format_args args) noexcept {
    try {
        write(of, event, about, fmt::vformat(text, args));
    } catch (...) {
        write(of, event, about, {text.data(), text.size()}); // better than nothing
    }
}

std::uint64_t dropped() noexcept {
    return lines_dropped;
}

} // namespace tokenward::log
