// What one identity's logins have shown: which scopes may be opened how, and from what.
#include "daemon/core/login_state.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_doubtful = 256;
constexpr std::size_t most_opened = 1024;
constexpr auto judging_pause = 60s;

} // namespace

bool login_state::opens_by_rescoping() const noexcept {
    if (never_rescopes) return false;
    if (!may_rescope()) return receipt_seen && !identity.auth.totp;
    return identity.rescope == rescope_mode::always || takes_passcode();
}

bool login_state::may_be_unknown(const scope& target) const {
    if (!may_rescope() || never_rescopes) return false;
    if (target.kind == scope_kind::unscoped) return false;
    const std::string text = to_string(target);
    if (doubtful.contains(text)) return true;
    const bool configured = std::any_of(identity.scopes.begin(), identity.scopes.end(),
                                        [&](const named_scope& each) { return each.target == target; });
    return !configured && !opened.contains(text);
}

void login_state::doubt(const scope& target) {
    if (doubtful.size() == most_doubtful) doubtful.clear();
    doubtful.insert(to_string(target));
}

void login_state::remember_opened(const scope& target, const std::shared_ptr<token>& received) {
    if (opened.size() == most_opened) opened.clear();
    opened.insert(to_string(target));
    doubtful.erase(to_string(target));
    last_login = received;
}

void login_state::keep_parent(std::shared_ptr<const token> received) {
    duration opens_for = received->lifetime * 2 / 3;
    if (needs_person()) opens_for = received->lifetime - passcode_notice(received->lifetime);
    if (!received->renewable) opens_for = received->lifetime;
    parent.keep(std::move(received), opens_for);
}

void login_state::drop_parent(const token_ptr& dead) noexcept {
    if (parent.get() == dead) parent.drop();
}

duration login_state::passcode_notice(duration life) const noexcept {
    const duration said = identity.passcode_notice;
    return said > 0s ? std::min<duration>(said, life * 9 / 10) : life / 4;
}

bool login_state::tried_recently(instant now) const noexcept {
    return scope_judged_at && now - *scope_judged_at < judging_pause;
}

bool login_state::may_know_other_form(const login_answer& answer, const scope& asked) const noexcept {
    return is_not_understood(answer) && !answer.names_dead_token && asked.kind == scope_kind::unscoped &&
           !omit_unscoped && way.scoped_by != login_way::scope_of::application_credential;
}

void login_state::take_secrets(std::vector<login_secret>& all) {
    for (const secret_digest& old : secrets)
        if (std::none_of(all.begin(), all.end(), [&](const login_secret& c) { return c.digest == old; }))
            guard.forgive(who, old);
    secrets.clear();
    for (const login_secret& each : all) secrets.push_back(each.digest);
    std::stable_sort(all.begin(), all.end(), [&](const login_secret& a, const login_secret& b) {
        const unsigned of_a = guard.refusals(who, a.digest);
        const unsigned of_b = guard.refusals(who, b.digest);
        return of_a != of_b ? of_a < of_b : of_a != 0 && b.digest == last_tried;
    });
}

kept_source login_state::keep() const {
    return {.parent = parent.get(),
            .parent_opens_for = parent.opens_for(),
            .rescoped = rescoped,
            .never_rescopes = never_rescopes,
            .wants_scope = wants_scope,
            .receipt_seen = receipt_seen};
}

void login_state::restore(kept_source before) {
    if (before.parent) parent.keep(std::move(before.parent), before.parent_opens_for);
    rescoped = before.rescoped;
    never_rescopes = before.never_rescopes;
    wants_scope = before.wants_scope;
    receipt_seen = before.receipt_seen;
}

} // namespace tokenward
