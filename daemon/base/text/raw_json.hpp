// The members of JSON objects as they stand in a text: their very bytes, without taking the values apart.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// Views into the object's text.
struct raw_member {
    std::string_view name{};  ///< within its quotes, with its escapes
    std::string_view value{}; ///< without the white space around it
    std::string_view whole{}; ///< from the name's quote to the value's end

    /// Whether it is `called`, which is ASCII, however that was escaped.
    bool is(std::string_view called) const noexcept;
};

/// Goes through the members of one object, in linear time and without allocating. A text that is not
/// well-formed JSON gives any members or none, but it is never read beyond its end.
class raw_object {
  public:
    /// `text` begins with the object, but for white space; it must outlive this.
    explicit raw_object(std::string_view text) noexcept;

    /// None at the end.
    std::optional<raw_member> next() noexcept;

  private:
    std::string_view x_text;
    std::size_t x_at = 0; // of the next member's name; the end of the text if there is none
};

/// The first member of that name; none if there is no such member, or `object` is no object.
std::optional<raw_member> find_member(std::string_view object, std::string_view name) noexcept;

/// How many members have that name.
std::size_t count_members(std::string_view object, std::string_view name) noexcept;

/// The object without its members of that name. The others stay as they are, byte for byte, except for the
/// white space between them.
std::string without_member(std::string_view object, std::string_view name);

} // namespace tokenward
