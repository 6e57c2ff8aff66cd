// See lockout_guard.hpp.
#include "daemon/core/lockout_guard.hpp"

#include <algorithm>

namespace tokenward {
namespace {

template <class Time>
void forget_attempts(std::vector<guarded_attempt<Time>>& of, const secret_digest& digest) {
    std::erase_if(of, [&](const auto& attempt) { return attempt.digest == digest; });
}

} // namespace

login_permit lockout_guard::next(const login_user& who, const secret_digest& digest, instant now) {
    record& user = x_users[who];
    drop_old_attempts(user, now);
    const guarded_secret& secret = touch(user, digest);
    if (secret.refused >= most_refusals) return {login_permit::advice::rejected};
    if (user.attempts.size() >= most_attempts) {
        // The one that has to leave the window before there are fewer than the most.
        instant leaves = user.attempts[user.attempts.size() - most_attempts].at + attempt_window;
        return {login_permit::advice::rejected, leaves - now};
    }
    return {secret.refused == 0 ? login_permit::advice::go : login_permit::advice::settle_first};
}

bool lockout_guard::is_proven(const login_user& who, const secret_digest& digest) const noexcept {
    const guarded_secret* secret = find(who, digest);
    return secret != nullptr && secret->proven;
}

void lockout_guard::sending(const login_user& who, const secret_digest& digest, instant now) {
    record& user = x_users[who];
    touch(user, digest).in_flight = true;
    user.attempts.push_back({digest, now});
}

void lockout_guard::accepted(const login_user& who, const secret_digest& digest) {
    record& user = x_users[who];
    touch(user, digest) = {.digest = digest, .proven = true};
    forget_attempts(user.attempts, digest);
}

void lockout_guard::refused(const login_user& who, const secret_digest& digest) {
    guarded_secret& secret = touch(x_users[who], digest);
    secret = {.digest = digest, .refused = secret.refused + 1};
}

void lockout_guard::unanswered(const login_user& who, const secret_digest& digest) {
    record& user = x_users[who];
    touch(user, digest).in_flight = false;
    if (!user.attempts.empty()) user.attempts.pop_back(); // that of sending(): logins are serial
}

void lockout_guard::forgive(const login_user& who, const secret_digest& digest) {
    guarded_secret& secret = touch(x_users[who], digest);
    secret.refused = 0;
}

unsigned lockout_guard::refusals(const login_user& who, const secret_digest& digest) const noexcept {
    const guarded_secret* secret = find(who, digest);
    return secret == nullptr ? 0 : secret->refused;
}

std::size_t lockout_guard::recent_attempts(const login_user& who, instant now) const noexcept {
    auto user = x_users.find(who);
    if (user == x_users.end()) return 0;
    const auto& attempts = user->second.attempts;
    return static_cast<std::size_t>(std::count_if(attempts.begin(), attempts.end(), [&](const auto& attempt) {
        return now - attempt.at < attempt_window;
    }));
}

bool lockout_guard::is_spent(const login_user& who, std::int64_t totp_step) const noexcept {
    auto user = x_users.find(who);
    return user != x_users.end() && user->second.totp_step && totp_step <= *user->second.totp_step;
}

void lockout_guard::spend(const login_user& who, std::int64_t totp_step) {
    x_users[who].totp_step = totp_step;
}

guard_state lockout_guard::save(const moment& now) const {
    guard_state state;
    for (const auto& [who, user] : x_users) {
        guarded_user kept{.who = who, .secrets = {}, .attempts = {}, .totp_step = user.totp_step};
        for (const guarded_secret& secret : user.secrets)
            if (secret.refused != 0 || secret.in_flight)
                kept.secrets.push_back({secret.digest, secret.refused, secret.in_flight});
        for (const auto& attempt : user.attempts)
            if (now.boot - attempt.at < attempt_window)
                kept.attempts.push_back({attempt.digest, now.wall - std::chrono::floor<wall_time::duration>(
                                                                        now.boot - attempt.at)});
        if (!kept.secrets.empty() || !kept.attempts.empty() || kept.totp_step)
            state.push_back(std::move(kept));
    }
    return state;
}

void lockout_guard::restore(const guard_state& state, const moment& now) {
    for (const guarded_user& kept : state) {
        record& user = x_users[kept.who];
        user.totp_step = kept.totp_step;
        for (const guarded_secret& secret : kept.secrets)
            touch(user, secret.digest).refused =
                secret.in_flight ? std::max(secret.refused, 1U) : secret.refused;
        for (const auto& attempt : kept.attempts) {
            // In microseconds: the nanoseconds to an absurd date would overflow.
            if (attempt.at + std::chrono::floor<wall_time::duration>(attempt_window) <= now.wall) continue;
            duration age = std::max(now.wall - attempt.at, wall_time::duration::zero());
            user.attempts.push_back({attempt.digest, now.boot - age});
        }
        std::stable_sort(user.attempts.begin(), user.attempts.end(),
                         [](const auto& a, const auto& b) { return a.at < b.at; });
    }
}

guarded_secret& lockout_guard::touch(record& user, const secret_digest& digest) {
    auto known = std::find_if(user.secrets.begin(), user.secrets.end(),
                              [&](const guarded_secret& s) { return s.digest == digest; });
    if (known != user.secrets.end()) {
        std::rotate(known, known + 1, user.secrets.end());
    } else {
        if (user.secrets.size() == most_secrets) user.secrets.erase(user.secrets.begin());
        user.secrets.push_back({.digest = digest});
    }
    return user.secrets.back();
}

void lockout_guard::drop_old_attempts(record& user, instant now) {
    std::erase_if(user.attempts, [&](const auto& attempt) { return now - attempt.at >= attempt_window; });
}

const guarded_secret* lockout_guard::find(const login_user& who, const secret_digest& digest) const noexcept {
    auto user = x_users.find(who);
    if (user == x_users.end()) return nullptr;
    for (const guarded_secret& secret : user->second.secrets)
        if (secret.digest == digest) return &secret;
    return nullptr;
}

} // namespace tokenward
