// The sources of all identities, refused secrets and passwords that expire.
#include "daemon/service/sources.hpp"

#include "daemon/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

constexpr duration pause = std::chrono::seconds(1); // between two checks for a changed secret

} // namespace

void sources::open(const identity_config& identity) {
    if (!x_all.contains(identity.name)) x_all.emplace(identity.name, login{.source = x_make(identity)});
}

void sources::forget(std::string_view identity) {
    if (auto found = x_all.find(identity); found != x_all.end()) x_all.erase(found);
}

std::shared_ptr<token_source> sources::find(std::string_view identity) const noexcept {
    auto found = x_all.find(identity);
    return found == x_all.end() ? nullptr : found->second.source;
}

std::vector<std::string> sources::identities() const {
    std::vector<std::string> names;
    for (const auto& [name, of] : x_all) names.push_back(name);
    return names;
}

void sources::secret_refused(std::string_view identity) {
    if (auto found = x_all.find(identity); found != x_all.end()) found->second.is_refused = true;
}

void sources::secret_accepted(std::string_view identity) {
    if (auto found = x_all.find(identity); found != x_all.end()) found->second.is_refused = false;
}

instant sources::next_secret_check() const noexcept {
    const bool any =
        std::any_of(x_all.begin(), x_all.end(), [](const auto& each) { return each.second.is_refused; });
    return any ? x_looked + pause : never;
}

std::vector<std::string> sources::changed_secrets(instant now) {
    std::vector<std::string> changed;
    if (now < next_secret_check()) return changed;
    x_looked = now;
    for (auto& [name, of] : x_all) {
        if (!of.is_refused || !of.source->secret_changed()) continue;
        log::info("credential_changed", {.identity = name}, "the refused secret has changed: trying it");
        changed.push_back(name);
        of.is_refused = false;
    }
    return changed;
}

void sources::warn_of_password_end(std::string_view identity, const credential& received, wall_time iam_now) {
    auto found = x_all.find(identity);
    if (found == x_all.end()) return;
    const password_notice notice = notice_of(received.password_expires_at, iam_now);
    if (notice > found->second.said) {
        const auto days =
            std::chrono::floor<std::chrono::days>(between(iam_now, *received.password_expires_at)).count();
        log::warning("password_expires", {.identity = identity},
                     "the password of user {} expires in {} days: change it where the configuration reads it",
                     received.user.name, std::max<std::int64_t>(0, days));
    }
    found->second.said = notice; // a changed password begins anew
}

} // namespace tokenward
