// Writes the JSON of a token by hand, since it holds the token: into memory that is wiped.
#include "daemon/local/api/token_document.hpp"

#include "daemon/local/http/dates.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <iterator>

namespace tokenward::local {
namespace {

void append_member(wiped_string& out, std::string_view name, std::string_view value) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
}

void open_object(wiped_string& out, std::string_view name) {
    out += ",\"";
    out += name;
    out += "\":{";
}

void append_named(wiped_string& out, const named_ref& ref) {
    append_member(out, "id", ref.id);
    append_member(out, "name", ref.name);
}

void append_scope(wiped_string& out, const token& subject) {
    if (subject.project) {
        open_object(out, "project");
        append_named(out, *subject.project);
        if (subject.project_domain) {
            open_object(out, "domain");
            append_named(out, *subject.project_domain);
            out += '}';
        }
        out += '}';
    } else if (subject.domain) {
        open_object(out, "domain");
        append_named(out, *subject.domain);
        out += '}';
    }
}

void append_methods(wiped_string& out, const token& subject) {
    out += ",\"methods\":[";
    for (const std::string& method : subject.methods) {
        if (out.back() != '[') out += ',';
        append_json_string(out, method);
    }
    out += ']';
}

} // namespace

void append_json_string(wiped_string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    out += '"';
}

void write_number(char* at, std::size_t size, std::int64_t value) noexcept {
    char* end = std::to_chars(at, at + size, value).ptr;
    std::memset(end, ' ', size - static_cast<std::size_t>(end - at));
}

token_document make_token_document(const token_owner& owner, const token& subject) {
    token_document made;
    wiped_string& out = made.text;
    out.reserve(subject.value.size() + 1024);
    out += '{';
    append_member(out, "token", subject.value.reveal());
    append_member(out, "fingerprint", subject.fingerprint);
    append_member(out, "identity", owner.identity);
    append_member(out, "scope", owner.scope);
    append_member(out, "issued_at", rfc3339(subject.issued_at));
    append_member(out, "expires_at", rfc3339(subject.expires_at));
    out += ",\"expires_in\":";
    made.digits_at = out.size();
    made.digits_size = std::to_string(whole_seconds(subject.lifetime).count()).size();
    out.append(made.digits_size, ' ');
    open_object(out, "user");
    append_named(out, subject.user);
    out += '}';
    append_scope(out, subject);
    append_methods(out, subject);
    out += '}';
    return made;
}

} // namespace tokenward::local
