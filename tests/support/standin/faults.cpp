// See faults.hpp.
#include "tests/support/standin/faults.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

struct named_kind {
    std::string_view name;
    fault_kind kind;
    std::string_view parameters; ///< that it takes, beside kind, path and count
};

constexpr std::array kinds{
    named_kind{"status", fault_kind::status, "status body headers retry_after retry_after_date"},
    named_kind{"redirect", fault_kind::redirect, "status location"},
    named_kind{"not_json", fault_kind::not_json, ""},
    named_kind{"no_token_header", fault_kind::no_token_header, ""},
    named_kind{"two_token_headers", fault_kind::two_token_headers, ""},
    named_kind{"expiry", fault_kind::expiry, "form"},
    named_kind{"huge_header", fault_kind::huge_header, "kib"},
    named_kind{"huge_body", fault_kind::huge_body, "mib"},
    named_kind{"dead_on_arrival", fault_kind::dead_on_arrival, ""},
    named_kind{"reset", fault_kind::reset, "after_bytes"},
    named_kind{"hang", fault_kind::hang, "after_bytes"},
    named_kind{"slow", fault_kind::slow, "interval_ms"},
    named_kind{"cut_short", fault_kind::cut_short, "after_bytes"},
    named_kind{"endless_body", fault_kind::endless_body, ""},
    named_kind{"chunked", fault_kind::chunked, ""},
    named_kind{"http_1_0", fault_kind::http_1_0, ""},
    named_kind{"lower_case", fault_kind::lower_case, ""},
    named_kind{"close_after", fault_kind::close_after, ""},
    named_kind{"interim", fault_kind::interim, "status times ms"},
    named_kind{"second_answer", fault_kind::second_answer, "ms"},
    named_kind{"body_to_head", fault_kind::body_to_head, ""},
    named_kind{"late_ticket", fault_kind::late_ticket, ""},
    named_kind{"mixed_up", fault_kind::mixed_up, "user project"},
    named_kind{"delay", fault_kind::delay, "ms"},
};

constexpr std::array expiry_forms{"past", "absent", "not_a_time", "whole_seconds", "utc_offset"};

bool lists(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

const named_kind& kind_named(std::string_view name) {
    const auto found = std::ranges::find_if(kinds, [&](const auto& kind) { return name == kind.name; });
    if (found != kinds.end()) return *found;
    std::string all;
    for (const auto& kind : kinds) (all += ' ') += kind.name;
    throw std::invalid_argument("kind must be one of:" + all);
}

std::int64_t number(std::string_view key, const json::value& value, std::int64_t least) {
    constexpr std::int64_t most = 1LL << 40;
    if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most)
        throw std::invalid_argument(std::string(key) + " must be an integer from " + std::to_string(least));
    return value.get_int64();
}

std::string text(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void set_one(fault& into, std::string_view key, const json::value& value) {
    if (key == "count")
        into.count = number(key, value, -1);
    else if (key == "path")
        into.where = traffic_named(text(value));
    else if (key == "status")
        into.status = static_cast<int>(number(key, value, 100));
    else if (key == "body" || key == "location" || key == "form")
        into.text = text(value);
    else if (key == "user")
        into.user = text(value);
    else if (key == "project")
        into.project = text(value);
    else if (key == "times")
        into.times = number(key, value, 0);
    else if (key == "headers")
        for (const auto& header : value.as_object())
            into.headers.emplace_back(header.key(), text(header.value()));
    else if (key == "retry_after")
        into.headers.emplace_back("Retry-After", text(value));
    else if (key == "retry_after_date")
        into.retry_after_date = number(key, value, 0);
    else if (key == "kib")
        into.size = static_cast<std::size_t>(number(key, value, 1)) << 10U;
    else if (key == "mib")
        into.size = static_cast<std::size_t>(number(key, value, 1)) << 20U;
    else if (key == "after_bytes")
        into.after_bytes = static_cast<std::size_t>(number(key, value, 0));
    else
        into.interval = std::chrono::milliseconds(number(key, value, 0)); // interval_ms, ms
}

fault with_defaults(fault_kind kind) {
    fault result{.kind = kind};
    switch (kind) {
    case fault_kind::status: result.status = 503; break;
    case fault_kind::redirect: result.status = 302, result.text = "http://127.0.0.1:1/v3/auth/tokens"; break;
    case fault_kind::interim: result.status = 103; break;
    case fault_kind::expiry: result.text = "past"; break;
    case fault_kind::huge_header: result.size = 100U << 10U; break;
    case fault_kind::huge_body: result.size = 40U << 20U; break;
    case fault_kind::slow: result.interval = std::chrono::milliseconds{500}; break;
    case fault_kind::delay: result.interval = std::chrono::milliseconds{1000}; break;
    default: break;
    }
    return result;
}

} // namespace

fault parse_fault(const json::object& document) {
    const auto* const name = document.if_contains("kind");
    const auto& named = kind_named(name == nullptr ? std::string() : text(*name));
    auto result = with_defaults(named.kind);
    for (const auto& entry : document) {
        const std::string_view key = entry.key();
        if (key == "kind") continue;
        if (key != "count" && key != "path" && !lists(named.parameters, key))
            throw std::invalid_argument(std::string(named.name) + " takes no " + std::string(key));
        set_one(result, key, entry.value());
    }
    if (result.kind == fault_kind::expiry &&
        std::ranges::find(expiry_forms, result.text) == expiry_forms.end())
        throw std::invalid_argument("form must be past, absent, not_a_time, whole_seconds or utc_offset");
    return result;
}

std::optional<fault> fault_queue::take(traffic kind) {
    const auto found = std::ranges::find(x_waiting, kind, &fault::where);
    if (found == x_waiting.end()) return std::nullopt;
    auto taken = *found;
    if (found->count > 0) --found->count;
    if (found->count == 0) x_waiting.erase(found);
    return taken;
}

} // namespace tokenward::standin
