// Whether a login with a password may be sent, and what is remembered for that.
#include "daemon/core/lockout_guard.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using permit_advice = login_permit::advice;
using permit_reason = login_permit::reason;

bool says_nothing(const guarded_secret& secret) noexcept {
    return secret.refused == 0 && !secret.in_flight && !secret.proven;
}

template <class Time>
void forget_attempts(std::vector<guarded_attempt<Time>>& of, const secret_digest& digest) {
    std::erase_if(of, [&](const auto& attempt) { return attempt.digest == digest; });
}

} // namespace

login_permit lockout_guard::next(const login_user& who, const secret_digest& digest, instant now,
                                 probe_result probe, bool by_person) {
    record& user = x_users[who];
    drop_old_attempts(user, now);
    const guarded_secret& secret = touch(user, digest);
    if (secret.refused >= most_refusals) return {permit_advice::rejected};
    if (user.attempts.size() >= most_attempts) return full_window(user, now);
    login_permit permit{secret.refused == 0 ? permit_advice::go : permit_advice::settle_first};
    if (secret.proven) return permit;
    const login_permit paced = pace(user, digest, now, probe, by_person);
    return paced.what == permit_advice::go ? permit : paced;
}

login_permit lockout_guard::full_window(const record& user, instant now) noexcept {
    // The one that has to leave the window before there are fewer than the most.
    const instant leaves = user.attempts[user.attempts.size() - most_attempts].at + attempt_window;
    const bool all_refused = std::none_of(user.attempts.begin(), user.attempts.end(),
                                          [](const auto& attempt) { return attempt.unknown; });
    return {permit_advice::wait, leaves - now,
            all_refused ? permit_reason::refusals : permit_reason::unknown_outcomes};
}

// For a secret that is not proven.
login_permit lockout_guard::pace(record& user, const secret_digest& digest, instant now, probe_result probe,
                                 bool by_person) noexcept {
    std::size_t lost = 0;
    duration pause = first_pace;
    instant last{};
    for (const auto& attempt : user.attempts) {
        if (!attempt.unknown || attempt.digest != digest) continue;
        if (++lost > 1) pause *= 10;
        last = attempt.at;
    }
    if (lost == 0 && !user.away) return {permit_advice::go};
    if (probe == probe_result::silent) {
        user.away = true;
        user.silent_at = now;
    }
    const bool silent_now =
        user.away && user.silent_at != instant::min() && now - user.silent_at < probe_rest;
    if (probe == probe_result::silent || (probe == probe_result::not_asked && silent_now))
        return {permit_advice::wait, std::nullopt, permit_reason::silence};
    if (probe == probe_result::not_asked) return {permit_advice::probe_first};
    const bool came_back = user.away; // which is news: what was lost before says nothing about it
    if (!came_back && !by_person && lost != 0 && now - last < pause)
        return {permit_advice::wait, std::nullopt, permit_reason::pace};
    return {permit_advice::go};
}

bool lockout_guard::is_proven(const login_user& who, const secret_digest& digest) const noexcept {
    const guarded_secret* secret = find(who, digest);
    return secret != nullptr && secret->proven;
}

void lockout_guard::sending(const login_user& who, const secret_digest& digest, instant now) {
    record& user = x_users[who];
    guarded_secret& secret = touch(user, digest);
    if (secret.proven) return;
    ++x_changes;
    secret.in_flight = true;
    user.attempts.push_back({digest, now, true});
}

void lockout_guard::end(const login_user& who, const secret_digest& digest, login_end how, instant now) {
    record& user = x_users[who];
    guarded_secret& secret = touch(user, digest);
    ++x_changes;
    // Logins are serial: what is in flight is the last of the attempts. The IAM may have judged it only now.
    const bool counts = std::exchange(secret.in_flight, false) && !user.attempts.empty();
    if (how != login_end::unsent) user.away = how == login_end::unreachable;
    switch (how) {
    case login_end::accepted: // what was refused before was about the scope
        secret = {.digest = digest, .proven = true};
        return forget_attempts(user.attempts, digest);
    case login_end::refused:
        secret = {.digest = digest, .refused = std::min(secret.refused + 1, most_refusals)};
        if (counts) user.attempts.pop_back();
        user.attempts.push_back({digest, now});
        return;
    case login_end::lost:
        if (counts) user.attempts.back().at = now;
        return;
    case login_end::unreachable: user.silent_at = now; [[fallthrough]];
    case login_end::unjudged:
    case login_end::unsent:
        if (counts) user.attempts.pop_back();
        return;
    }
}

void lockout_guard::forgive(const login_user& who, const secret_digest& digest) noexcept {
    auto user = x_users.find(who);
    if (user == x_users.end()) return;
    ++x_changes;
    for (guarded_secret& secret : user->second.secrets)
        if (secret.digest == digest) secret.refused = 0;
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

std::optional<std::int64_t> lockout_guard::spent_step(const login_user& who) const noexcept {
    auto user = x_users.find(who);
    return user == x_users.end() ? std::nullopt : user->second.totp_step;
}

void lockout_guard::spend(const login_user& who, std::int64_t totp_step) {
    ++x_changes;
    x_users[who].totp_step = totp_step;
}

guard_state lockout_guard::save(const moment& now) const {
    guard_state state;
    for (const auto& [who, user] : x_users) {
        guarded_user kept{.who = who, .secrets = {}, .attempts = {}, .totp_step = user.totp_step};
        for (const guarded_secret& secret : user.secrets)
            if (secret.refused != 0 || secret.in_flight || secret.proven) kept.secrets.push_back(secret);
        for (const auto& attempt : user.attempts)
            if (now.boot - attempt.at < attempt_window)
                kept.attempts.push_back(
                    {attempt.digest,
                     now.wall - std::chrono::floor<wall_time::duration>(now.boot - attempt.at),
                     attempt.unknown});
        if (!kept.secrets.empty() || !kept.attempts.empty() || kept.totp_step)
            state.push_back(std::move(kept));
    }
    return state;
}

void lockout_guard::restore(const guard_state& state, const moment& now) {
    for (const guarded_user& kept : state) {
        record& user = x_users[kept.who];
        user.totp_step = kept.totp_step;
        for (const guarded_secret& secret : kept.secrets) {
            const unsigned refused = secret.in_flight ? std::max(secret.refused, 1U) : secret.refused;
            touch(user, secret.digest) = {
                .digest = secret.digest, .refused = refused, .proven = secret.proven && refused == 0};
        }
        for (const auto& attempt : kept.attempts) {
            // In microseconds: the nanoseconds to an absurd date would overflow.
            if (attempt.at + std::chrono::floor<wall_time::duration>(attempt_window) <= now.wall) continue;
            duration age = std::max(now.wall - attempt.at, wall_time::duration::zero());
            user.attempts.push_back({attempt.digest, now.boot - age, attempt.unknown});
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
        if (user.secrets.size() == most_secrets) {
            auto idle = std::find_if(user.secrets.begin(), user.secrets.end(), says_nothing);
            user.secrets.erase(idle == user.secrets.end() ? user.secrets.begin() : idle);
        }
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
