// See token_response.hpp.
#include "daemon/local/api/token_response.hpp"

#include "daemon/local/http/dates.hpp"
#include "daemon/local/http/http_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace tokenward::local {
namespace {

constexpr std::string_view before_date = "HTTP/1.1 200 OK\r\nDate: ";
constexpr std::string_view no_date = "Thu, 01 Jan 1970 00:00:00 GMT";
static_assert(no_date.size() == http_date_size);

void append_head(wiped_string& out, const token& subject, std::string_view content_type, std::size_t length) {
    out += before_date;
    out += no_date;
    fmt::format_to(std::back_inserter(out), "\r\n{}Content-Type: {}\r\nContent-Length: {}\r\n",
                   token_fields(subject.fingerprint), content_type, length);
    append_subject_token(out, subject);
    out += "\r\n";
}

} // namespace

void append_subject_token(wiped_string& out, const token& subject) {
    std::string_view value = subject.value.reveal();
    if (value.size() > longest_token_in_header || !is_field_value(value)) return;
    out += "X-Subject-Token: ";
    out += value;
    out += "\r\n";
}

std::string token_fields(std::string_view fingerprint) {
    return fmt::format("ETag: \"{}\"\r\nVary: Accept\r\nCache-Control: no-store\r\n", fingerprint);
}

rendering::rendering(const token_owner& owner, const token& subject) : x_value(subject.value.reveal()) {
    token_document document = make_token_document(owner, subject);
    x_json.reserve(document.text.size() + std::min(x_value.size(), longest_token_in_header) + 512);
    append_head(x_json, subject, "application/json", document.text.size());
    x_json_head = x_json.size();
    x_digits = x_json_head + document.digits_at;
    x_digits_size = document.digits_size;
    x_json += document.text;
    x_text.reserve(std::min(x_value.size(), longest_token_in_header) + 512);
    append_head(x_text, subject, "text/plain; charset=utf-8", x_value.size());
}

void rendering::patch(const moment& now, instant expires) noexcept {
    auto second = std::chrono::floor<std::chrono::seconds>(now.wall);
    if (second != x_date) {
        x_date = second;
        auto date = http_date(now.wall);
        std::memcpy(x_json.data() + before_date.size(), date.data(), date.size());
        std::memcpy(x_text.data() + before_date.size(), date.data(), date.size());
    }
    std::int64_t left = std::max<std::int64_t>(whole_seconds(expires - now.boot).count(), 0);
    if (left == x_seconds) return;
    x_seconds = left;
    write_number(x_json.data() + x_digits, x_digits_size, left);
}

response rendering::answer(token_ptr keeper, media form, bool head, const moment& now,
                           instant expires) noexcept {
    patch(now, expires);
    std::string_view json(x_json);
    if (form == media::text) return {std::move(keeper), x_text, head ? std::string_view() : x_value};
    return {std::move(keeper), head ? json.substr(0, x_json_head) : json};
}

std::string_view rendering::document(const moment& now, instant expires) noexcept {
    patch(now, expires);
    return std::string_view(x_json).substr(x_json_head);
}

const catalog& rendering::services(const token& subject, catalog_pool& pool) {
    if (!x_services) x_services = pool.share(catalog(catalog_text(subject.body)));
    return *x_services;
}

std::unique_ptr<token_rendering> render(const cache_entry& entry, const token& subject) {
    return std::make_unique<rendering>(token_owner{entry.identity(), entry.scope_name()}, subject);
}

rendering& rendering_of(const token& subject) noexcept {
    return static_cast<rendering&>(*subject.rendering);
}

} // namespace tokenward::local
