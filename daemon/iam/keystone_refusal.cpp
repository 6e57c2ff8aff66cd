// See keystone_refusal.hpp.
#include "daemon/iam/keystone_refusal.hpp"

#include "common/scope.hpp"
#include "daemon/iam/times.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace tokenward::iam {
namespace {

namespace json = boost::json;
constexpr std::size_t longest_message = 200;
constexpr std::chrono::seconds longest_pause = std::chrono::hours(1);

std::string printable(std::string_view text) {
    std::string out(text.substr(0, longest_message));
    while (!out.empty() && !is_utf8(out)) out.pop_back(); // cut in the middle of a character
    std::replace_if(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return out;
}

std::string text_of(const json::object& o, std::string_view key) {
    const json::value* v = o.if_contains(key);
    if (v == nullptr) return {};
    if (v->is_string()) return printable(std::string_view(v->get_string().data(), v->get_string().size()));
    return v->is_int64() ? std::to_string(v->get_int64()) : std::string();
}

// " (IAM.0061: the user is locked)", or nothing.
std::string in_its_words(const iam_error& error) {
    if (error.code.empty() && error.message.empty()) return {};
    return " (" + error.code + (error.code.empty() || error.message.empty() ? "" : ": ") + error.message + ")";
}

struct reading {
    errc code;
    retry_rule retry;
    std::string_view meaning;
};

reading read_status(const iam_answer& a, const iam_error& error) {
    switch (a.status) {
    case 400:
        if (error.code == "IAM.1061") return {errc::credential_rejected, retry_rule::rearm, "the IAM refused the passcode"};
        return {errc::iam_protocol, retry_rule::remember, "the IAM calls the request wrong: check auth_url and the names in the configuration"};
    case 401:
        if (a.has_receipt)
            return {errc::credential_rejected, retry_rule::rearm, "the password is right, but the IAM wants a second factor (MFA), which this version can't give"};
        if (error.code == "IAM.0061")
            return {errc::credential_rejected, retry_rule::rearm, "the user is locked after too many wrong passwords; an unlock takes 15 to 30 minutes"};
        return {errc::credential_rejected, retry_rule::rearm,
                "the IAM refused user or password; put the right password where the configuration says (a federated user has none)"};
    case 403: return {errc::no_such_resource, retry_rule::remember, "the IAM does not grant this scope to the user"};
    case 404: return {errc::no_such_resource, retry_rule::remember, "the IAM knows no such project or domain (or auth_url has a wrong path)"};
    case 409: return {errc::iam_unavailable, retry_rule::back_off, "the IAM reports a conflict"};
    case 429: return {errc::iam_unavailable, retry_rule::back_off, "the IAM limits the rate of logins"};
    case 500:
    case 502:
    case 503:
    case 504: return {errc::iam_unavailable, retry_rule::back_off, "the IAM is failing or overloaded"};
    default: break;
    }
    if (a.status >= 300 && a.status < 400)
        return {errc::iam_protocol, retry_rule::back_off, "the IAM redirects, which a password does not follow: check auth_url"};
    if (a.status >= 500) return {errc::iam_unavailable, retry_rule::back_off, "the IAM is failing"};
    return {errc::iam_protocol, retry_rule::back_off, "this is no answer to a login: check auth_url"};
}

} // namespace

fetch_failure read_refusal(const iam_answer& answer, wall_time iam_now, const login_name& who) {
    iam_error error = read_error_body(answer.body);
    reading r = read_status(answer, error);
    fetch_failure failure{{r.code, to_string(who) + ": " + std::to_string(answer.status) + ": " + std::string(r.meaning) + in_its_words(error)}, r.retry};
    if (r.retry == retry_rule::back_off) failure.error.retry_after = read_retry_after(answer.retry_after, iam_now);
    return failure;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view text, wall_time now) {
    if (text.empty()) return std::nullopt;
    long long seconds = 0;
    auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (bad == std::errc::result_out_of_range) return longest_pause;
    if (bad != std::errc() || end != text.data() + text.size()) {
        auto date = parse_http_date(text);
        if (!date) return std::nullopt;
        seconds = std::chrono::ceil<std::chrono::seconds>(*date - now).count();
    }
    return std::chrono::seconds(std::clamp<long long>(seconds, 0, longest_pause.count()));
}

iam_error read_error_body(std::string_view body) {
    boost::system::error_code bad;
    json::value document = json::parse(json::string_view(body.data(), body.size()), bad);
    const json::object* o = bad ? nullptr : document.if_object();
    if (o == nullptr) return {};
    if (const json::value* inner = o->if_contains("error"); inner != nullptr && inner->is_object()) o = &inner->get_object();
    iam_error e{text_of(*o, "error_code"), text_of(*o, "error_msg")};
    if (e.code.empty()) e.code = text_of(*o, "code");
    if (e.message.empty()) e.message = text_of(*o, "message");
    return e;
}

} // namespace tokenward::iam
