// The request line, the field lines, and the rules that hold between them (RFC 9112, sections 3, 5 and 6).
#include "daemon/local/http/header_section.hpp"

#include "daemon/local/http/http_text.hpp"

namespace tokenward::local {
namespace {

using fault = std::optional<parse_error>;

struct field_name {
    std::string_view text; // in lower case
    field id;
};
constexpr std::array known_fields{
    field_name{"accept", field::accept},
    field_name{"connection", field::connection},
    field_name{"content-length", field::content_length},
    field_name{"content-type", field::content_type},
    field_name{"expect", field::expect},
    field_name{"host", field::host},
    field_name{"if-match", field::if_match},
    field_name{"if-none-match", field::if_none_match},
    field_name{"origin", field::origin},
    field_name{"prefer", field::prefer},
    field_name{"referer", field::referer},
    field_name{"transfer-encoding", field::transfer_encoding},
};

field identify(std::string_view name) noexcept {
    for (const field_name& known : known_fields)
        if (equals_any_case(name, known.text)) return known.id;
    return field::other;
}

method identify_method(std::string_view name) noexcept {
    if (name == "GET") return method::get;
    if (name == "HEAD") return method::head;
    if (name == "POST") return method::post;
    if (name == "DELETE") return method::remove;
    if (name == "OPTIONS") return method::options;
    return method::other;
}

// REQUIRES: every LF in `rest` has its CR, as request_parser has seen to.
std::string_view take_line(std::string_view& rest) noexcept {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end - 1);
    rest.remove_prefix(end + 1);
    return line;
}

bool is_target_char(char c) noexcept {
    return c > 0x20 && c < 0x7f && c != '#';
}

// An absolute target names the host itself (RFC 9112, section 3.2.2).
fault parse_target(std::string_view text, request& out) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_target_char))
        return parse_error{400, "the request target is malformed"};
    if (text.front() == '/' || (text == "*" && out.verb == method::options)) {
        out.target = text;
        return {};
    }
    constexpr std::string_view scheme = "http://";
    if (!equals_any_case(text.substr(0, scheme.size()), scheme))
        return parse_error{400, "the request target is neither a path nor an http URL"};
    text.remove_prefix(scheme.size());
    auto path = text.find_first_of("/?");
    out.host = text.substr(0, path);
    out.target = path == std::string_view::npos ? "/" : text.substr(path);
    // RFC 9110, sections 4.2.1 and 4.2.4.
    if (out.host.empty() || out.host.front() == ':')
        return parse_error{400, "the request target has no host"};
    if (out.host.find('@') != std::string_view::npos)
        return parse_error{400, "the request target names a user"};
    return {};
}

fault parse_version(std::string_view text, request& out) {
    if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
        !is_digit(text[7]))
        return parse_error{400, "the request line is malformed"};
    if (text[5] != '1') return parse_error{505, "only HTTP/1.1 and HTTP/1.0 are supported"};
    out.http_1_0 = text[7] == '0';
    return {};
}

fault parse_request_line(std::string_view line, request& out) {
    auto first = line.find(' ');
    auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return parse_error{400, "the request line is malformed"};
    std::string_view name = line.substr(0, first);
    if (!is_token(name)) return parse_error{400, "the method is malformed"};
    out.verb = identify_method(name);
    if (fault bad = parse_version(line.substr(second + 1), out)) return bad;
    return parse_target(line.substr(first + 1, second - first - 1), out);
}

fault add_field(std::string_view line, request& out) {
    std::string_view name;
    std::string_view value;
    if (fault bad = parse_field_line(line, name, value)) return bad;
    field id = identify(name);
    if (id == field::other) return {};
    if (out.line_count == out.lines.size()) return parse_error{431, "the same header fields come too often"};
    out.lines[out.line_count++] = {id, value};
    return {};
}

// Whether Transfer-Encoding is chunked and nothing else. Its lines are one list (RFC 9110, section 5.3); what
// is not chunked at its end has no length that we could know (RFC 9112, section 6.3).
fault check_codings(const request& out) {
    bool chunked = false;
    bool others = false;
    for (const request::line& line : out.known_fields()) {
        if (line.name != field::transfer_encoding) continue;
        std::string_view list = line.value;
        while (!list.empty()) {
            std::string_view coding = take_until(',', list);
            if (coding.empty()) continue;
            if (chunked) return parse_error{400, "chunked is not the last transfer coding"};
            chunked = equals_any_case(coding, "chunked");
            others = others || !chunked;
            std::string_view name = take_until(';', coding);
            if (!is_token(name) || (!chunked && equals_any_case(name, "chunked")))
                return parse_error{400, "Transfer-Encoding is malformed"};
        }
    }
    if (!chunked) return parse_error{400, "chunked is not the last transfer coding"};
    if (others) return parse_error{501, "no transfer coding but chunked is supported"};
    return {};
}

fault check_body(request& out) {
    std::size_t lengths = out.count(field::content_length);
    std::size_t codings = out.count(field::transfer_encoding);
    if (lengths > 1 || (lengths == 1 && codings != 0))
        return parse_error{400, "the length of the body is given more than once"};
    if (codings != 0) {
        if (out.http_1_0) return parse_error{400, "HTTP/1.0 has no Transfer-Encoding"};
        if (fault bad = check_codings(out)) return bad;
        out.body_framing = framing::chunked;
    }
    if (lengths == 1) {
        std::string_view text = out.first(field::content_length);
        if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit))
            return parse_error{400, "Content-Length is not a number"};
        auto length = parse_number<std::uint64_t>(text);
        if (!length || *length > max_body) return parse_error{413, "the body is over 64 KiB"};
        out.body_framing = framing::length;
        out.content_length = static_cast<std::size_t>(*length);
    }
    return {};
}

fault check_host(request& out) {
    std::size_t hosts = out.count(field::host);
    if (hosts > 1) return parse_error{400, "there is more than one Host"};
    if (hosts == 0 && !out.http_1_0) return parse_error{400, "there is no Host"};
    if (out.host.empty()) out.host = out.first(field::host);
    return {};
}

// RFC 9112, section 9.3: what is said in Connection, else what the version implies.
void decide_keep_alive(request& out) noexcept {
    bool close = false;
    bool keep = false;
    for (const request::line& line : out.known_fields()) {
        if (line.name != field::connection) continue;
        std::string_view list = line.value;
        while (!list.empty()) {
            std::string_view option = next_element(list);
            close = close || equals_any_case(option, "close");
            keep = keep || equals_any_case(option, "keep-alive");
        }
    }
    out.keep_alive = !close && (keep || !out.http_1_0);
}

fault check_expect(request& out) {
    if (out.http_1_0 || !out.has(field::expect)) return {};
    if (!equals_any_case(out.first(field::expect), "100-continue"))
        return parse_error{417, "no expectation but 100-continue is supported"};
    out.expects_continue = out.body_framing != framing::none;
    return {};
}

} // namespace

std::optional<parse_error> parse_field_line(std::string_view line, std::string_view& name,
                                            std::string_view& value) {
    if (line.starts_with(' ') || line.starts_with('\t')) return parse_error{400, "a header field is folded"};
    auto colon = line.find(':');
    if (colon == std::string_view::npos) return parse_error{400, "a header field has no colon"};
    name = line.substr(0, colon);
    value = trimmed(line.substr(colon + 1));
    if (!is_token(name)) return parse_error{400, "the name of a header field is malformed"};
    if (!is_field_value(value)) return parse_error{400, "a header field holds a control character"};
    return {};
}

std::optional<parse_error> parse_header_section(std::string_view section, request& out) {
    out = {};
    if (fault bad = parse_request_line(take_line(section), out)) return bad;
    std::size_t fields = 0;
    for (std::string_view line = take_line(section); !line.empty(); line = take_line(section)) {
        if (++fields > max_fields) return parse_error{431, "there are more than 100 header fields"};
        if (fault bad = add_field(line, out)) return bad;
    }
    if (fault bad = check_host(out)) return bad;
    if (fault bad = check_body(out)) return bad;
    if (out.count(field::content_type) > 1) return parse_error{400, "there is more than one Content-Type"};
    decide_keep_alive(out);
    return check_expect(out);
}

problem to_problem(const parse_error& error) {
    bool size = error.status == 413 || error.status == 414 || error.status == 431;
    bool unknown = error.status == 501 || error.status == 505;
    problem p{size      ? errc::too_large
              : unknown ? errc::not_implemented
                        : errc::bad_request,
              std::string(error.what)};
    if (describe(p.code).http_status != error.status) p.status = error.status;
    return p;
}

} // namespace tokenward::local
