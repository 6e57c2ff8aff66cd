// Tokens and results for tests of the core, at times that the test steps.
#pragma once

#include "daemon/core/fetch_result.hpp"
#include "daemon/core/renewal.hpp"
#include "daemon/core/token.hpp"

#include <memory>
#include <string>

namespace tokenward::testing {

using namespace std::chrono_literals;

/// The start of a test's time: not 0, so that "0" shows as a mistake.
constexpr instant t0 = instant(1000h);

inline std::shared_ptr<token> make_token(const std::string& name, instant minted, duration life = 3600s) {
    auto t = std::make_shared<token>();
    t->value = secret("value of " + name);
    t->fingerprint = "sha256:" + name;
    t->lifetime = life;
    t->minted = minted;
    return t;
}

inline fetch_result good(const std::string& name, instant minted, duration life = 3600s) {
    return {.outcome = make_token(name, minted, life)};
}

inline fetch_result bad(errc code = errc::iam_unavailable, retry_rule retry = retry_rule::back_off) {
    return {.outcome = fetch_failure{{code, "as the test wants"}, retry}};
}

} // namespace tokenward::testing
