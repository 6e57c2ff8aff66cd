// See delivery.hpp.
#include "tests/support/standin/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tokenward::standin {

namespace {

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool has_body(const response& answer) {
    return answer.status != 204 && answer.status != 304;
}

std::string head_of(const response& answer, const delivery& how) {
    auto headers = answer.headers;
    if (how.frame == framing::chunked || how.frame == framing::endless)
        headers.emplace_back("Transfer-Encoding", "chunked");
    else if (how.frame == framing::length && has_body(answer))
        headers.emplace_back("Content-Length", std::to_string(answer.body.size()));
    if (how.says_close) headers.emplace_back("Connection", "close");

    auto head = fmt::format("HTTP/1.{} {} {}\r\n", how.frame == framing::until_close ? 0 : 1, answer.status,
                            reason_of(answer.status));
    for (const auto& [name, value] : headers)
        head += fmt::format("{}: {}\r\n", how.lower_case ? lowered(name) : name, value);
    return head + "\r\n";
}

std::string in_chunks(std::string_view body, bool last_comes) {
    constexpr std::size_t piece = 1000;
    std::string result;
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
        const auto part = body.substr(0, piece);
        result += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
    }
    return last_comes ? result + "0\r\n\r\n" : result;
}

std::string framed_body(const response& answer, const delivery& how) {
    if (how.head_only || !has_body(answer)) return {};
    if (how.frame == framing::chunked || how.frame == framing::endless)
        return in_chunks(answer.body, how.frame == framing::chunked);
    return answer.body;
}

std::string interim_answers(const delivery& how) {
    std::string all;
    for (std::size_t i = 0; i < how.interim; ++i)
        all += fmt::format("HTTP/1.1 {} {}\r\nLink: </style.css>; rel=preload\r\n\r\n", how.interim_status,
                           reason_of(how.interim_status));
    return all;
}

/// What nobody has asked for.
constexpr std::string_view unasked = "HTTP/1.1 201 Created\r\nX-Subject-Token: of-nobody\r\n"
                                     "Content-Length: 2\r\n\r\n{}";

bool send(stream& to, std::string_view bytes, std::chrono::milliseconds pause) {
    if (pause.count() == 0) return to.write_all(bytes);
    for (; !bytes.empty(); bytes.remove_prefix(1))
        if (!to.write_all(bytes.substr(0, 1)) || to.wait_for_hangup(pause)) return false;
    return true;
}

void send_for_ever(stream& to) {
    const auto chunk = in_chunks(std::string(1000, ' '), false);
    while (to.write_all(chunk)) {
    }
}

} // namespace

bool deliver(stream& to, const response& answer, const delivery& how) {
    const auto head = head_of(answer, how);
    const auto body = framed_body(answer, how);
    auto wire = head + body;
    if (how.end != ending::whole) {
        const auto usual = how.end == ending::cut ? head.size() + body.size() / 2 : 0;
        wire.resize(std::min(how.after_bytes.value_or(usual), wire.size()));
    }
    const bool pauses = how.pause.count() != 0;
    if (how.interim != 0) {
        if (!to.write_all(interim_answers(how))) return false;
        if (pauses && to.wait_for_hangup(how.pause)) return false;
    }
    if (how.second_answer && !pauses) wire += unasked;
    if (!send(to, wire, how.between_bytes)) return false;
    if (how.late_ticket) to.send_ticket();
    if (how.second_answer && pauses) {
        if (to.wait_for_hangup(how.pause) || !to.write_all(unasked)) return false;
    }
    if (how.frame == framing::endless) send_for_ever(to);
    switch (how.end) {
    case ending::reset: to.reset_on_close(); return false;
    case ending::hang: to.wait_for_hangup(std::nullopt); return false;
    case ending::cut: return false;
    case ending::whole: break;
    }
    const bool keep = !how.close && !how.says_close && how.frame != framing::until_close;
    if (!keep) to.finish();
    return keep;
}

} // namespace tokenward::standin
