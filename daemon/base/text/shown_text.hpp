// Text of others (an IAM, a caller, a file) made fit to be shown to people: in errors, in the log, on a
// terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tokenward {

/// `text` as it is, in any language, but for what could change how the rest is read: control characters (C0
/// and DEL as `\x0a`; C1, line and paragraph separators and those that turn the direction of writing as
/// `\u202e`) and bytes that are not UTF-8 (`\xff`). At most `most` bytes come of it, cut between characters.
/// A text that has been through here stays the same.
std::string shown_text(std::string_view text, std::size_t most = std::string_view::npos);

/// The same, appended.
void append_shown(std::string& out, std::string_view text);

/// Whether shown_text() would leave `text` unchanged.
bool is_shown_as_it_is(std::string_view text) noexcept;

} // namespace tokenward
