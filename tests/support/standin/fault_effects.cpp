// See fault_effects.hpp.
#include "tests/support/standin/fault_effects.hpp"

#include "tests/support/standin/identities.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view token_header = "X-Subject-Token";

const std::string html =
    "<html><head><title>Sign in</title></head><body>Please accept our terms.</body></html>\n";

void spoil_expiry(const std::string& form, response& answer, time_point now) {
    json::error_code error;
    auto document = json::parse(answer.body, error);
    auto* const token = error ? nullptr : document.as_object().if_contains("token");
    if (token == nullptr) return; // a refusal has no expiry
    auto& fields = token->as_object();
    if (form == "absent") {
        fields.erase("expires_at");
    } else {
        std::string time(fields["expires_at"].as_string());
        const std::string seconds = time.substr(0, time.find('.'));
        if (form == "past") time = iso_time(now - std::chrono::hours{1});
        if (form == "not_a_time") time = "tomorrow at noon";
        if (form == "whole_seconds") time = seconds + "Z";
        if (form == "utc_offset") time = seconds + "+00:00";
        fields["expires_at"] = time;
    }
    answer.body = json::serialize(document);
}

/// Gives the token's description another user or project, as an answer to somebody else would have.
void mix_up(const fault& what, std::string& body) {
    json::error_code error;
    auto document = json::parse(body, error);
    auto* const token = error ? nullptr : document.as_object().if_contains("token");
    if (token == nullptr) return;
    auto& fields = token->as_object();
    if (!what.project.empty()) {
        fields.erase("domain");
        fields["project"] = json::object{{"id", derived_id("project", what.project)}, {"name", what.project}};
    }
    if (!what.user.empty())
        fields["user"] = json::object{{"id", derived_id("user", what.user)}, {"name", what.user}};
    body = json::serialize(document);
}

/// Makes the body bigger and leaves it good JSON.
void pad(std::string& body, std::size_t size) {
    if (body.ends_with('}')) body.insert(body.size() - 1, ",\"padding\":\"" + std::string(size, 'x') + "\"");
}

} // namespace

bool replaces_answer(const fault& what) {
    const bool silent = what.kind == fault_kind::reset || what.kind == fault_kind::hang;
    return what.kind == fault_kind::status || what.kind == fault_kind::redirect ||
           (silent && what.after_bytes.value_or(0) == 0);
}

response replacement(const fault& what, time_point now) {
    response answer;
    if (what.kind != fault_kind::status && what.kind != fault_kind::redirect) return answer;
    answer.status = what.status;
    answer.headers = what.headers;
    if (what.kind == fault_kind::redirect) {
        answer.headers.emplace_back("Location", what.text);
        return answer;
    }
    if (what.retry_after_date)
        answer.headers.emplace_back("Retry-After",
                                    http_date(now + std::chrono::seconds(*what.retry_after_date)));
    const json::object error{
        {"code", what.status}, {"message", "A fault."}, {"title", reason_of(what.status)}};
    answer.body = what.text.empty() ? json::serialize(json::object{{"error", error}}) : what.text;
    answer.headers.emplace_back("Content-Type",
                                answer.body.starts_with('<') ? "text/html" : "application/json");
    return answer;
}

void spoil(const fault& what, response& answer, time_point now) {
    const auto is_token = [](const auto& header) { return header.first == token_header; };
    switch (what.kind) {
    case fault_kind::not_json:
        answer.body = html;
        std::erase_if(answer.headers, [](const auto& header) { return header.first == "Content-Type"; });
        answer.headers.emplace_back("Content-Type", "text/html");
        break;
    case fault_kind::mixed_up: mix_up(what, answer.body); break;
    case fault_kind::no_token_header: std::erase_if(answer.headers, is_token); break;
    case fault_kind::two_token_headers:
        if (const auto found = std::ranges::find_if(answer.headers, is_token); found != answer.headers.end())
            answer.headers.push_back(header_list::value_type(*found));
        break;
    case fault_kind::expiry: spoil_expiry(what.text, answer, now); break;
    case fault_kind::huge_header:
        answer.headers.emplace_back("X-Padding", std::string(what.size, 'x'));
        break;
    case fault_kind::huge_body: pad(answer.body, what.size); break;
    default: break;
    }
}

void spoil(const fault& what, delivery& how) {
    how.after_bytes = what.after_bytes;
    switch (what.kind) {
    case fault_kind::reset: how.end = ending::reset; break;
    case fault_kind::hang: how.end = ending::hang; break;
    case fault_kind::cut_short: how.end = ending::cut; break;
    case fault_kind::slow: how.between_bytes = what.interval; break;
    case fault_kind::endless_body: how.frame = framing::endless; break;
    case fault_kind::chunked: how.frame = framing::chunked; break;
    case fault_kind::http_1_0: how.frame = framing::until_close; break;
    case fault_kind::lower_case: how.lower_case = true; break;
    case fault_kind::close_after: how.close = true; break;
    case fault_kind::interim:
        how.interim = static_cast<std::size_t>(what.times);
        how.interim_status = what.status;
        how.pause = what.interval;
        break;
    case fault_kind::second_answer:
        how.second_answer = true;
        how.pause = what.interval;
        break;
    case fault_kind::body_to_head: how.head_only = false; break;
    case fault_kind::late_ticket: how.late_ticket = true; break;
    default: break;
    }
}

} // namespace tokenward::standin
