// Takes a text of secrets apart, line by line.
#include "daemon/base/text/secret_text.hpp"

#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"

#include <algorithm>

namespace tokenward {
namespace {

constexpr std::string_view mark = "\xef\xbb\xbf";

bool take_mark(std::string_view& text) {
    if (!text.starts_with(mark)) return false;
    text.remove_prefix(mark.size());
    return true;
}

std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    return text;
}

std::string_view fault_of_text(std::string_view text) {
    if (text.size() > longest_secret) return "is longer than 64 KiB";
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return "is UTF-16: save it as UTF-8";
    if (text.find('\0') != std::string_view::npos) return "holds a NUL byte, which no secret may";
    if (!is_utf8(text)) return "is not UTF-8";
    return {};
}

} // namespace

secret_text judge_secret(std::string_view text) {
    secret_text made;
    made.has_mark = take_mark(text);
    text = without_line_end(text);
    made.fault = text.empty() ? "is empty" : fault_of_text(text);
    while (!text.empty() && made.fault.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        made.has_mark = take_mark(line) || made.has_mark; // files with marks may be put together
        if (trimmed(line).empty()) continue;
        if (made.lines.size() == most_secret_lines)
            made.fault = "has more than two lines: it holds one secret, or a new and an old one";
        made.lines.push_back(line);
    }
    if (made.fault.empty() && made.lines.empty()) made.fault = "has nothing but blank lines";
    return made;
}

} // namespace tokenward
