// Which form of an answer the caller accepts (RFC 9110, section 12.5.1). Pure.
#pragma once

#include "daemon/local/http/request.hpp"

#include <optional>

namespace tokenward::local {

enum class media { json, text };

/// The media type with the highest quality value, JSON if there is no preference. `text_too`: text/plain is
/// on offer beside application/json. None = neither will do (406). An empty list is no preference; `*` stands
/// for `*/*`, as Java says it; a malformed range accepts nothing.
std::optional<media> choose_media(const request& asked, bool text_too) noexcept;

/// Whether a Content-Type is application/json, with whatever parameters.
bool is_json(std::string_view content_type) noexcept;

} // namespace tokenward::local
