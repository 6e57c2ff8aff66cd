// Builds the bytes of answers to gets, patches date and seconds in them, and drops them with their token.
#include "daemon/local/api/token_answer.hpp"

#include "daemon/local/http/dates.hpp"
#include "daemon/local/http/http_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace tokenward::local {
namespace {

constexpr std::string_view before_date = "HTTP/1.1 200 OK\r\nDate: ";
constexpr std::string_view no_date = "Thu, 01 Jan 1970 00:00:00 GMT";
static_assert(no_date.size() == http_date_size);

void append_head(wiped_string& out, const credential& subject, std::string_view content_type,
                 std::size_t length) {
    out += before_date;
    out += no_date;
    fmt::format_to(std::back_inserter(out), "\r\n{}Content-Type: {}\r\nContent-Length: {}\r\n",
                   token_fields(subject.fingerprint), content_type, length);
    append_subject_token(out, subject);
    out += "\r\n";
}

} // namespace

void append_subject_token(wiped_string& out, const credential& subject) {
    std::string_view value = subject.value.reveal();
    if (value.size() > longest_token_in_header || !is_field_value(value)) return;
    out += "X-Subject-Token: ";
    out += value;
    out += "\r\n";
}

std::string token_fields(std::string_view fingerprint) {
    return fmt::format("ETag: \"{}\"\r\nVary: Accept\r\nCache-Control: no-store\r\n", fingerprint);
}

token_answer::token_answer(const token_owner& owner, const token& subject) {
    token_document document = make_token_document(owner, subject);
    x_json.reserve(document.text.size() + std::min(subject.value.size(), longest_token_in_header) + 512);
    append_head(x_json, subject, "application/json", document.text.size());
    x_json_head = x_json.size();
    x_digits = x_json_head + document.digits_at;
    x_digits_size = document.digits_size;
    x_json += document.text;
}

void token_answer::build_text(const credential& subject) {
    const std::string_view value = subject.value.reveal();
    wiped_string text;
    text.reserve(value.size() + std::min(value.size(), longest_token_in_header) + 512);
    append_head(text, subject, "text/plain; charset=utf-8", value.size());
    x_text_head = text.size();
    text += value;
    x_text = std::move(text);
    x_date = {};
}

void token_answer::patch(const moment& now, instant expires) noexcept {
    auto second = std::chrono::floor<std::chrono::seconds>(now.wall);
    if (second != x_date) {
        x_date = second;
        auto date = http_date(now.wall);
        std::memcpy(x_json.data() + before_date.size(), date.data(), date.size());
        if (!x_text.empty()) std::memcpy(x_text.data() + before_date.size(), date.data(), date.size());
    }
    std::int64_t left = std::max<std::int64_t>(whole_seconds(expires - now.boot).count(), 0);
    if (left == x_seconds) return;
    x_seconds = left;
    write_number(x_json.data() + x_digits, x_digits_size, left);
}

response token_answer::answer(const std::shared_ptr<token_answer>& self, const credential& subject,
                              media form, bool head, const moment& now, instant expires) {
    if (form == media::text && self->x_text.empty()) self->build_text(subject);
    self->patch(now, expires);
    const std::string_view all = form == media::text ? self->x_text : self->x_json;
    const std::size_t size_of_head = form == media::text ? self->x_text_head : self->x_json_head;
    return {self, head ? all.substr(0, size_of_head) : all};
}

std::string_view token_answer::document(const moment& now, instant expires) noexcept {
    patch(now, expires);
    return std::string_view(x_json).substr(x_json_head);
}

const catalog& token_answer::services(const token& subject, catalog_pool& pool) {
    if (!x_services) x_services = pool.share(catalog(catalog_text(subject.body)));
    return *x_services;
}

const std::shared_ptr<token_answer>& token_answers::of(std::uint64_t scope, const token_owner& owner,
                                                       const credential_ptr& subject) {
    auto known = x_places.find(scope);
    // Compares control blocks: a new token may reuse an old token's address.
    if (known != x_places.end() && !known->second.subject.owner_before(subject) &&
        !subject.owner_before(known->second.subject))
        return known->second.bytes;
    auto built = std::make_shared<token_answer>(owner, token_of(*subject));
    place& its = x_places[scope];
    its = {subject, std::move(built)};
    return its.bytes;
}

void token_answers::drop_ended() noexcept {
    std::erase_if(x_places, [](const auto& each) { return each.second.subject.expired(); });
}

} // namespace tokenward::local
