// Which answers of a service are about the token, and which words of an IAM say that one is dead.
#include "daemon/core/refusal.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

// `words` is in lower case.
bool says(std::string_view body, std::string_view words) noexcept {
    auto same = [](char b, char w) { return lower_ascii(b) == w; };
    return std::search(body.begin(), body.end(), words.begin(), words.end(), same) != body.end();
}

// APIG.0301 and APIGW.0301 stand for any fault of authentication; these are the request's own.
constexpr std::array<std::string_view, 3> not_the_token{
    "x-auth-token not found", "verify aksk signature fail", "ak access failed to reach the limit"};

/// Words that name the token. Only those that can't mean a wrong request count with 400 too.
struct dead_words {
    std::string_view words; // in lower case
    bool in_400 = false;
};

constexpr std::array<dead_words, 9> dead_token{{
    // Open Telekom Cloud's API gateway, as its documents list the errors
    {"token must be updated", true},
    {"apig.0307", true},
    {"apigw.0307", true},
    {"decrypt token fail"},
    {"token expires"},
    // its DNS, and its IAM of a call made with an outdated token
    // (opentelekomcloud/vault-plugin-secrets-openstack#87)
    {"x-auth-token is invalid"},
    // services of OpenStack, and gateways before them
    {"token expired"},
    {"token has expired"},
    {"invalid token"},
}};

} // namespace

bool names_dead_token(const service_answer& answer) noexcept {
    if (answer.status != 400 && answer.status != 401 && answer.status != 403) return false;
    return std::any_of(dead_token.begin(), dead_token.end(), [&](const dead_words& row) {
        return (answer.status != 400 || row.in_400) && says(answer.body, row.words);
    });
}

bool is_about_the_token(const service_answer& answer) noexcept {
    if (names_dead_token(answer)) return true;
    // Services answer 401 for little else; the gateway's word that the request itself was wrong is the
    // exception.
    return answer.status == 401 &&
           std::none_of(not_the_token.begin(), not_the_token.end(),
                        [&](std::string_view words) { return says(answer.body, words); });
}

} // namespace tokenward
