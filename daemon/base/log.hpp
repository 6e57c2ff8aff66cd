// The daemon's log: a text for people and fields for programs, to the journal or as lines on stderr.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string_view>

/// Example: log::info("token_renewed", {.identity = "ci", .scope = "eu-de"}, "renewed, {} s to live",
/// 86'400); writes `2026-01-01T00:00:00.000Z info renewed, 86400 s to live event=token_renewed identity=ci
/// scope=eu-de`. Where stderr is the journal's (systemd.exec(5), JOURNAL_STREAM) the event goes to it by its
/// own protocol, with the fields EVENT, IDENTITY, SCOPE, FINGERPRINT, UPSTREAM_STATUS, PEER_UID and
/// PEER_UNIT. All functions are thread-safe. A text never holds a secret. What could mislead a reader is
/// escaped (shown_text), and so is an `=` in the text that would look like a field.
///
/// Writing waits for a slow reader for 10 ms at most (reader_wait). A line that is not taken is dropped and
/// counted; once the reader takes lines again, one says how many were dropped.
namespace tokenward::log {

enum class level { debug, info, warning, error };

/// What a line is about; an empty field is left out.
struct fields {
    std::string_view identity{};
    std::string_view scope{};
    std::string_view fingerprint{};        ///< of a token
    unsigned upstream_status = 0;          ///< the IAM's HTTP status
    std::optional<unsigned> peer_uid = {}; ///< the caller's
    std::string_view peer_unit{};
};

/// Lines below `least` are dropped; `info` until this is called.
void set_level(level least) noexcept;
level current_level() noexcept;
bool is_enabled(level of) noexcept;

/// "debug", "info", "warning", "error"; anything else: none.
std::optional<level> parse_level(std::string_view name) noexcept;
std::string_view name_of(level of) noexcept;

/// The line as it is written, without time, level and newline.
std::string compose(std::string_view event, const fields& about, std::string_view text);

/// Writes a line. `event` names its kind: a word in snake_case that does not change between versions. A line
/// that can't be written is dropped; so is one for which there is no memory.
void write(level of, std::string_view event, const fields& about, std::string_view text) noexcept;
/// The same, of a format and its arguments.
void format(level of, std::string_view event, const fields& about, fmt::string_view text,
            fmt::format_args args) noexcept;

/// How many lines have been dropped since the start.
std::uint64_t dropped() noexcept;

template <class... Args>
void debug(std::string_view event, const fields& about, fmt::format_string<Args...> text,
           Args&&... args) noexcept {
    if (is_enabled(level::debug)) format(level::debug, event, about, text, fmt::make_format_args(args...));
}

template <class... Args>
void info(std::string_view event, const fields& about, fmt::format_string<Args...> text,
          Args&&... args) noexcept {
    if (is_enabled(level::info)) format(level::info, event, about, text, fmt::make_format_args(args...));
}

template <class... Args>
void warning(std::string_view event, const fields& about, fmt::format_string<Args...> text,
             Args&&... args) noexcept {
    if (is_enabled(level::warning))
        format(level::warning, event, about, text, fmt::make_format_args(args...));
}

template <class... Args>
void error(std::string_view event, const fields& about, fmt::format_string<Args...> text,
           Args&&... args) noexcept {
    if (is_enabled(level::error)) format(level::error, event, about, text, fmt::make_format_args(args...));
}

} // namespace tokenward::log
