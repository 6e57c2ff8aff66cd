// A request's target taken apart: the segments of its path, and its query. Pure.
#pragma once

#include "common/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenward::local {

/// Views into the text it was given, or into memory of its own where something was percent-encoded; so it
/// stays where it is. Allocates only if there is a `%`.
class target {
  public:
    struct parameter {
        std::string_view name;
        std::string_view value;
    };

    target() = default;
    target(const target&) = delete;
    target& operator=(const target&) = delete;

    /// Takes `text` (which begins with a slash, or with a question mark: the query of the root) apart; it
    /// must outlive this. Errors: bad_request: an empty segment, a bad `%`, NUL, bytes that aren't UTF-8, a
    /// repeated parameter.
    result<void> assign(std::string_view text);

    /// Split at `/`, then decoded once. "/" has none. A path of more than 8 is cut after the ninth: no route
    /// has as many.
    std::span<const std::string_view> segments() const noexcept {
        return {x_segments.data(), x_segment_count};
    }
    std::span<const parameter> parameters() const noexcept {
        return {x_parameters.data(), x_parameter_count};
    }

    std::optional<std::string_view> parameter_named(std::string_view name) const noexcept;
    /// A parameter that is a number of seconds, 0 to 1,000,000,000; `otherwise` if it isn't there.
    /// Errors: bad_request.
    result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise) const;
    /// Errors: bad_request if there is a parameter beyond `known`.
    result<void> allow_only(std::span<const std::string_view> known) const;

  private:
    result<void> take_path(std::string_view path);
    result<void> take_query(std::string_view query);
    result<std::string_view> decode(std::string_view text);

    std::array<std::string_view, 9> x_segments{};
    std::size_t x_segment_count = 0;
    std::array<parameter, 8> x_parameters{};
    std::size_t x_parameter_count = 0;
    std::string x_decoded; // reserved as a whole before the first view is taken
};

} // namespace tokenward::local
