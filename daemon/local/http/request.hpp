// A request as it was received: views into the bytes that the connection read.
#pragma once

#include "common/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tokenward::local {

enum class method : std::uint8_t { get, head, post, remove, options, other };

/// The header fields that mean something here.
enum class field : std::uint8_t {
    accept,
    connection,
    content_length,
    content_type,
    expect,
    host,
    if_match,
    if_none_match,
    origin,
    prefer,
    referer,
    transfer_encoding,
    other,
};

/// How the length of a body is given.
enum class framing : std::uint8_t { none, length, chunked };

// What is accepted at the most; bytes.
inline constexpr std::size_t max_request_line = std::size_t{8} * 1024;
inline constexpr std::size_t max_header = std::size_t{16} * 1024; ///< request line and fields together
inline constexpr std::size_t max_body = std::size_t{64} * 1024;
inline constexpr std::size_t max_chunked = 2 * max_body; ///< a body with its chunk sizes and trailers
inline constexpr std::size_t max_fields = 100;
inline constexpr std::size_t max_empty_lines = 8; ///< before a request line

/// Why a request is not served. `what` has static lifetime.
struct parse_error {
    int status = 400;
    std::string_view what{};
};

/// The same as an answer tells it.
problem to_problem(const parse_error& error);

/// All views live as long as the bytes that were parsed.
struct request {
    struct line {
        field name;
        std::string_view value;
    };

    method verb = method::other;
    bool keep_alive = true;
    bool http_1_0 = false;
    bool expects_continue = false;
    framing body_framing = framing::none;
    std::size_t content_length = 0; ///< with framing::length
    std::string_view target{};      ///< path and query; the path of an http URL may be empty; or "*"
    std::string_view host{};        ///< of an absolute target, else of the Host field
    std::string_view body{};        ///< decoded

    /// The lines of fields that mean something here, as they came.
    std::span<const line> known_fields() const noexcept { return {lines.data(), line_count}; }
    /// The value of the first line of that name, or empty.
    std::string_view first(field name) const noexcept {
        for (const line& l : known_fields())
            if (l.name == name) return l.value;
        return {};
    }
    std::size_t count(field name) const noexcept {
        std::size_t n = 0;
        for (const line& l : known_fields()) n += l.name == name ? 1U : 0U;
        return n;
    }
    bool has(field name) const noexcept { return count(name) != 0; }

    std::array<line, 16> lines; ///< the known fields, as they came; the first line_count of them
    std::size_t line_count = 0;
};

} // namespace tokenward::local
