// Token buckets for each user and each identity, and the error of a caller that finds one empty.
#include "daemon/core/request_limits.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t identity_factor = 2;

token_bucket::size bucket_size(const limits_config& limits, std::size_t factor) noexcept {
    return {.interval = duration(1min) / static_cast<std::int64_t>(limits.new_scopes_per_minute * factor),
            .burst = limits.new_scopes_burst * factor};
}

problem over(const limits_config& limits, std::size_t factor, const std::string& whose, duration wait) {
    problem error{
        errc::too_many_requests,
        "the limit for " + whose + " is used up: " + std::to_string(limits.new_scopes_burst * factor) +
            " requests to the IAM at once, " + std::to_string(limits.new_scopes_per_minute * factor) +
            " a minute (new scopes, early renewals, reports): ask again later, or for a scope that is "
            "held; the limit is set by `limits` in the configuration"};
    error.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(wait), 1s);
    return error;
}

} // namespace

duration token_bucket::wait(const size& of, instant now) const noexcept {
    const duration whole = of.interval * static_cast<std::int64_t>(of.burst);
    const duration missing = std::max(x_full_at, now) - now;
    return std::max<duration>(missing + of.interval - whole, 0s);
}

void token_bucket::take(const size& of, instant now) noexcept {
    x_full_at = std::max(x_full_at, now) + of.interval;
}

request_limits::bucket_pair request_limits::find(const requester& by, std::string_view identity,
                                                 instant now) {
    auto known = x_identities.find(identity);
    if (known == x_identities.end()) known = x_identities.try_emplace(std::string(identity)).first;
    if (by.privileged) return {nullptr, &known->second.privileged};
    return {&of_user(*by.uid, now), &known->second.all};
}

result<void> request_limits::check(const requester& by, std::string_view identity, instant now) {
    if (!by.uid) return {};
    const bucket_pair from = find(by, identity, now);
    if (from.own != nullptr)
        if (duration wait = from.own->wait(bucket_size(x_limits, 1), now); wait > 0s)
            return over(x_limits, 1, "this user", wait);
    if (duration wait = from.all->wait(bucket_size(x_limits, identity_factor), now); wait > 0s)
        return over(x_limits, identity_factor,
                    (by.privileged ? "root and the daemon's own user" : "all users") +
                        std::string(" of identity ") + std::string(identity) + " together",
                    wait);
    return {};
}

result<void> request_limits::take(const requester& by, std::string_view identity, instant now) {
    auto within = check(by, identity, now);
    if (!within || !by.uid) return within;
    const bucket_pair from = find(by, identity, now);
    if (from.own != nullptr) from.own->take(bucket_size(x_limits, 1), now);
    from.all->take(bucket_size(x_limits, identity_factor), now);
    return within;
}

bool request_limits::take_validation(std::string_view identity, std::size_t tokens, instant last,
                                     instant now) {
    const token_bucket::size size = bucket_size(x_limits, 1);
    const duration turn = std::max<duration>(1min, size.interval * static_cast<std::int64_t>(tokens));
    if (last != instant::min() && now - last < turn) return false;
    auto known = x_identities.find(identity);
    if (known == x_identities.end()) known = x_identities.try_emplace(std::string(identity)).first;
    token_bucket& bucket = known->second.beyond_limits;
    if (bucket.wait(size, now) > 0s) return false;
    bucket.take(size, now);
    return true;
}

// A full bucket need not be kept: a new one is full.
token_bucket& request_limits::of_user(unsigned uid, instant now) {
    if (auto known = x_users.find(uid); known != x_users.end()) return known->second;
    if (x_users.size() >= most_users)
        std::erase_if(x_users, [&](const auto& user) { return user.second.is_full(now); });
    return x_users.size() < most_users ? x_users[uid] : x_other_users;
}

void request_limits::configure(const limits_config& limits, const std::vector<identity_config>& identities) {
    if (limits != std::exchange(x_limits, limits)) {
        x_users.clear();
        x_other_users = {};
        x_identities.clear();
    }
    std::erase_if(x_identities, [&](const auto& known) {
        return std::none_of(identities.begin(), identities.end(),
                            [&](const identity_config& i) { return i.name == known.first; });
    });
}

} // namespace tokenward
