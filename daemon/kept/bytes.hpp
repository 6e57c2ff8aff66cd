// Numbers, texts and tokens as the bytes of a kept state, and back.
#pragma once

#include "common/secret.hpp"
#include "daemon/core/token.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// Appends to a text that is wiped. Little-endian whatever the machine is.
class byte_writer {
  public:
    explicit byte_writer(wiped_string& out) noexcept : x_out(out) {}

    void number(std::uint64_t value, unsigned bytes = 8);
    void flag(bool value) { number(value ? 1 : 0, 1); }
    void text(std::string_view value);
    void span(std::chrono::nanoseconds value) { number(static_cast<std::uint64_t>(value.count())); }
    /// A value outside the reader's range is written as none.
    void bounded_span(const std::optional<std::chrono::nanoseconds>& value);
    void at(instant value) { span(value.time_since_epoch()); }
    void date(wall_time value) { number(static_cast<std::uint64_t>(value.time_since_epoch().count())); }
    void ref(const named_ref& value);
    void whole_token(const token& value);

    /// A flag, followed by the value if there is one.
    template <class T, class Put>
    void optional(const std::optional<T>& value, Put put) {
        flag(value.has_value());
        if (value) put(*value);
    }

  private:
    wiped_string& x_out;
};

/// Thrown by byte_reader, and caught within this room: the bytes are malformed.
struct bad_bytes {
    const char* what;
};

class byte_reader {
  public:
    explicit byte_reader(std::string_view bytes) noexcept : x_rest(bytes) {}

    std::uint64_t number(unsigned bytes = 8);
    bool flag();
    std::string_view text();
    std::string string() { return std::string(text()); }
    std::chrono::nanoseconds span() { return std::chrono::nanoseconds(static_cast<std::int64_t>(number())); }
    instant at() { return instant(span()); }
    /// From 0 to 200 years, so that adding and subtracting can't overflow.
    std::chrono::nanoseconds bounded_span();
    instant bounded_at() { return instant(bounded_span()); }
    instant renewal(); ///< `never`, or from -10 to 200 years
    wall_time date();
    named_ref ref();
    std::shared_ptr<token> whole_token();
    std::string_view take(std::size_t size);
    bool at_end() const noexcept { return x_rest.empty(); }

    template <class Get>
    auto optional(Get get) -> std::optional<decltype(get())> {
        if (!flag()) return std::nullopt;
        return get();
    }

  private:
    std::string_view x_rest;
};

} // namespace tokenward
