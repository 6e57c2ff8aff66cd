// One response's bytes: built once per token and kept there, or built for this request.
#pragma once

#include "common/secret.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace tokenward::local {

/// Move-only. The first line of the bytes is the status line; what the connection has to say of itself
/// (`Connection: …`) goes behind it.
class response {
  public:
    /// Bytes built for this answer alone; wiped with it.
    explicit response(wiped_string bytes) : x_own(std::move(bytes)) {}
    /// Bytes that live as long as `keeper` does.
    response(std::shared_ptr<const void> keeper, std::string_view bytes) noexcept
        : x_keeper(std::move(keeper)), x_bytes(bytes) {}

    response(response&&) noexcept = default;
    response& operator=(response&&) noexcept = default;

    /// With its CRLF.
    std::string_view status_line() const noexcept { return bytes().substr(0, bytes().find('\n') + 1); }
    /// What follows it.
    std::string_view rest() const noexcept { return bytes().substr(bytes().find('\n') + 1); }

    /// A further field of this answer alone, with its CRLF; static, or empty.
    std::string_view field() const noexcept { return x_field; }
    response with_field(std::string_view field) && noexcept {
        x_field = field;
        return std::move(*this);
    }

  private:
    std::string_view bytes() const noexcept { return x_keeper ? x_bytes : std::string_view(x_own); }

    wiped_string x_own;
    std::shared_ptr<const void> x_keeper;
    std::string_view x_bytes;
    std::string_view x_field;
};

} // namespace tokenward::local
