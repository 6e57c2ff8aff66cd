// From the bytes of a header section to a request, strictly as RFC 9112 has it. Pure.
#pragma once

#include "daemon/local/http/request.hpp"

#include <optional>
#include <string_view>

namespace tokenward::local {

/// Parses `section`: the request line and the field lines, each with its CRLF, and the empty line at the end.
/// Fills all of `out` but the body. None = it is well-formed and may be served.
std::optional<parse_error> parse_header_section(std::string_view section, request& out);

/// Whether `line` (without CRLF) is `name: value`; gives both, the value trimmed.
std::optional<parse_error> parse_field_line(std::string_view line, std::string_view& name,
                                            std::string_view& value);

} // namespace tokenward::local
