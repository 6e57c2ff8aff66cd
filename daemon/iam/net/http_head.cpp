// Where a head ends, and what of it has to be mended for Beast.
#include "daemon/iam/net/http_head.hpp"

namespace tokenward::iam {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t bare_status_line = std::string_view("HTTP/1.1 200").size();

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

// Blanks before the first colon of one line go behind it: it means the same, and is as long.
void move_colon(char* line, std::size_t size) noexcept {
    const std::size_t colon = std::string_view(line, size).find(':');
    if (colon == std::string_view::npos || is_blank(line[0])) return; // or the line before goes on here
    std::size_t end = colon;
    while (end > 0 && is_blank(line[end - 1])) --end;
    if (end == 0 || end == colon) return;
    line[end] = ':';
    line[colon] = ' ';
}

} // namespace

std::size_t head_size(std::string_view bytes, std::size_t scanned) noexcept {
    constexpr std::string_view end = "\r\n\r\n";
    const std::size_t found = bytes.find(end, scanned < end.size() ? 0 : scanned - (end.size() - 1));
    return found == std::string_view::npos ? 0 : found + end.size();
}

bool may_begin_answer(std::string_view bytes) noexcept {
    constexpr std::string_view begin = "HTTP/1.";
    return bytes.substr(0, begin.size()) == begin.substr(0, bytes.size());
}

void move_colons(char* head, std::size_t size) noexcept {
    const std::string_view text(head, size);
    std::size_t at = text.find(line_end); // the status line has none to move
    while (at != std::string_view::npos) {
        at += line_end.size();
        const std::size_t next = text.find(line_end, at);
        if (next != std::string_view::npos) move_colon(head + at, next - at);
        at = next;
    }
}

std::size_t missing_space(std::string_view head) noexcept {
    return head.find(line_end) == bare_status_line ? bare_status_line : 0;
}

} // namespace tokenward::iam
