// Files with one fault each, for tests of the messages.
#pragma once

#include "tests/unit/config/parse.hpp"

#include <ostream>
#include <string>
#include <string_view>

namespace tokenward {

/// A file and its only fault.
struct wrong_file {
    std::string text;
    std::string fault; ///< without the file's name: ":8: error: …"
};

inline void PrintTo(const wrong_file& each, std::ostream* out) {
    *out << each.fault;
}

/// `good` with its first `part` replaced.
inline std::string changed(std::string_view part, std::string_view by) {
    std::string text = good;
    return text.replace(text.find(part), part.size(), by);
}

} // namespace tokenward
