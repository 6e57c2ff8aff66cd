// See refusal.hpp.
#include "daemon/core/refusal.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

char lowered(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `words` is in lower case.
bool says(std::string_view body, std::string_view words) noexcept {
    auto same = [](char b, char w) { return lowered(b) == w; };
    return std::search(body.begin(), body.end(), words.begin(), words.end(), same) != body.end();
}

bool says_any(std::string_view body, const auto& phrases) noexcept {
    return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view p) { return says(body, p); });
}

// APIG.0301 and APIGW.0301 stand for any fault of authentication; these are the request's own.
constexpr std::array<std::string_view, 3> not_the_token{
    "x-auth-token not found", "verify aksk signature fail", "ak access failed to reach the limit"};
constexpr std::array<std::string_view, 2> updated{"token must be updated", "apigw.0307"};
constexpr std::array<std::string_view, 5> dead_token{"token must be updated", "x-auth-token is invalid",
                                                     "apig.0307", "apigw.0307", "decrypt token fail"};

} // namespace

bool is_about_the_token(const service_answer& answer) noexcept {
    switch (answer.status) {
    case 401:
        // Services answer 401 for little else; the gateway's word that the request itself was wrong is the
        // exception.
        return !says_any(answer.body, not_the_token);
    case 403: return says_any(answer.body, dead_token) || says(answer.body, "token expires");
    case 400: return says_any(answer.body, updated) || says(answer.body, "apig.0307");
    default: return false;
    }
}

} // namespace tokenward
