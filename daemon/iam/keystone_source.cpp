// See keystone_source.hpp: which logins open a scope. Each of them stands in keystone_login.cpp, rescoping in
// keystone_rescoping.cpp.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/token_scope.hpp"

#include <algorithm>
#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Whether an application credential's token is for `target`. The request named no scope, so the token must.
bool is_for(const token& t, const scope& target) {
    if (target.kind == scope_kind::unscoped) return true;
    return (t.project || t.domain) && compare_scope(t, target) != scope_agreement::contradicts;
}

} // namespace

// The configuration has been checked: its URL is good.
keystone_source::keystone_source(asio::any_io_executor executor, identity_config identity, const clock& time,
                                 login_guard& guard, secret_reading_function read)
    : x_identity(std::move(identity)), x_time(time), x_guard(guard), x_client(executor, x_identity, time),
      x_credentials(executor, x_identity.auth, guard, std::move(read)), x_executor(executor),
      x_parent_turn(executor) {}

asio::awaitable<fetch_result> keystone_source::fetch(scope target, duration at_least) {
    if (x_identity.auth.type == auth_type::token) co_return co_await fetch_by_given_token(target);
    if (x_identity.auth.type == auth_type::application_credential)
        co_return co_await fetch_by_application_credential(target);
    if (opens_by_rescoping()) co_return co_await fetch_by_rescoping(target, at_least);
    co_return co_await fetch_by_login(target, at_least);
}

// A scope that has never been had may not exist, and callers may ask for any number of those. So, once a
// login lives that others can be opened from, it is tried by rescoping; before that, one after the other, and
// the first one that the IAM does not know brings such a login.
asio::awaitable<fetch_result> keystone_source::fetch_by_login(scope target, duration at_least) {
    std::optional<turnstile::turn> alone;
    const bool unknown = may_be_unknown(target);
    bool rescoped_in_vain = false;
    if (unknown && !x_parent.is_fresh(at_least, x_time.now().boot)) {
        turnstile::turn mine = co_await x_parent_turn.take();
        alone.emplace(std::move(mine));
    }
    if (unknown && x_parent.is_fresh(at_least, x_time.now().boot)) {
        alone.reset();
        opening from_kept = co_await open_from_kept(target);
        if (from_kept.is_final) co_return std::move(from_kept.result);
        rescoped_in_vain = from_kept.scope_refused;
    }
    fetch_result made = co_await log_in_for(target);
    const auto* fresh = std::get_if<std::shared_ptr<token>>(&made.outcome);
    if (fresh != nullptr) remember_opened(target, *fresh);
    if (fresh != nullptr && rescoped_in_vain) forgo_rescoping();
    co_return made;
}

bool keystone_source::may_be_unknown(const scope& target) const {
    if (x_identity.rescope == rescope_mode::off || x_rescoping_refused) return false;
    if (target.kind == scope_kind::unscoped) return false;
    const std::string text = to_string(target);
    if (x_doubtful.contains(text)) return true;
    const bool configured = std::any_of(x_identity.scopes.begin(), x_identity.scopes.end(),
                                        [&](const named_scope& each) { return each.target == target; });
    return !configured && !x_opened.contains(text);
}

void keystone_source::doubt(const scope& target) {
    constexpr std::size_t most_doubtful = 256;
    if (x_doubtful.size() == most_doubtful) x_doubtful.clear();
    x_doubtful.insert(to_string(target));
}

void keystone_source::remember_opened(const scope& target, const std::shared_ptr<token>& fresh) {
    constexpr std::size_t most_opened = 1024;
    if (x_opened.size() == most_opened) x_opened.clear();
    x_opened.insert(to_string(target));
    x_doubtful.erase(to_string(target));
    x_last_login = fresh;
}

asio::awaitable<fetch_result> keystone_source::log_in_for(scope target) {
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) co_return unreadable(all.error());
    fetch_result refused;
    std::optional<credential> asked; // the last one that the IAM has seen and refused
    for (const credential& with : *all) {
        const login_manner how{.others_follow = &with != &all->back() || asked};
        attempt tried = co_await log_in(with, target, how);
        while (tried.settling && has_token(tried.answer)) { // the password is right: on to the scope
            keep_parent(std::get<std::shared_ptr<token>>(tried.answer.result.outcome));
            if (x_identity.rescope != rescope_mode::off) {
                opening from_kept = co_await open_refused(target);
                co_return std::move(from_kept.result);
            }
            tried = co_await log_in(with, target, how);
        }
        if (tried.answer.credential != credential_word::refused) {
            const bool no_scope = tried.answer.status == 403 || tried.answer.status == 404;
            if (no_scope && may_be_unknown(target)) co_await provide_parent(with);
            if (tried.answer.status == 404) doubt(target);
            co_return std::move(tried.answer.result);
        }
        refused = std::move(tried.answer.result);
        if (tried.sent && !tried.settling) asked = with;
    }
    if (!asked || target.kind == scope_kind::unscoped) co_return refused;
    co_return co_await settle(target, *asked, std::move(refused));
}

// Keystone answers 401 to a wrong password and to an unknown project alike: an unscoped login tells them
// apart, and its token opens what else was meant.
asio::awaitable<fetch_result> keystone_source::settle(scope target, credential with, fetch_result refused) {
    const scope none;
    const login_manner how;
    attempt unscoped = co_await log_in(with, none, how);
    if (!unscoped.sent && !unscoped.held_back) co_return refused;
    if (unscoped.answer.credential == credential_word::refused && !unscoped.held_back) co_return refused;
    if (!has_token(unscoped.answer)) co_return std::move(unscoped.answer.result); // asked again the next time
    keep_parent(std::get<std::shared_ptr<token>>(unscoped.answer.result.outcome));
    x_scope_judged_at = x_time.now().boot;
    if (x_identity.rescope == rescope_mode::off)
        co_return wrong_scope(target, unscoped.answer.result.iam_date);
    opening from_kept = co_await open_refused(target);
    co_return std::move(from_kept.result);
}

// The IAM has said that a scope is not there: from now on further ones are to cost no login.
asio::awaitable<void> keystone_source::provide_parent(credential with) {
    constexpr auto pause = 60s;
    const instant now = x_time.now().boot;
    const bool tried = x_scope_judged_at && now - *x_scope_judged_at < pause;
    x_scope_judged_at = now;
    if (tried || x_parent.is_fresh(0s, now)) co_return;
    if (!x_unscoped_refused) {
        const scope none;
        const login_manner how;
        attempt unscoped = co_await log_in(with, none, how);
        if (has_token(unscoped.answer))
            keep_parent(std::get<std::shared_ptr<token>>(unscoped.answer.result.outcome));
        else if (unscoped.answer.status == 400 && unscoped.answer.credential == credential_word::unsaid)
            x_unscoped_refused = true;
    }
    std::shared_ptr<const token> last = x_last_login.lock();
    if (x_unscoped_refused && last) keep_parent(std::move(last));
}

asio::awaitable<fetch_result> keystone_source::fetch_by_application_credential(scope target) {
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) co_return unreadable(all.error());
    fetch_result last;
    for (const credential& with : *all) {
        const scope none; // it brings its own
        const login_manner how{.others_follow = &with != &all->back()};
        attempt tried = co_await log_in(with, none, how);
        last = std::move(tried.answer.result);
        if (tried.answer.credential != credential_word::refused) break;
    }
    auto* made = std::get_if<std::shared_ptr<token>>(&last.outcome);
    if (made == nullptr || is_for(**made, target)) co_return last;
    const token& t = **made;
    problem other{errc::no_such_resource, "the application credential of " + x_identity.name +
                                              " is for the project " +
                                              (t.project ? t.project->name : std::string("of no name")) +
                                              " alone, not for " + to_string(target)};
    last.outcome = fetch_failure{std::move(other), retry_rule::remember};
    co_return last;
}

bool keystone_source::opens_by_rescoping() const noexcept {
    if (x_rescoping_refused) return false;
    if (x_identity.rescope == rescope_mode::off) return x_receipt_seen && !x_identity.auth.totp;
    return x_identity.rescope == rescope_mode::always || takes_passcode();
}

fetch_result keystone_source::unreadable(const problem& why) const {
    return {.outcome =
                fetch_failure{{errc::iam_unavailable, "no login: " + why.detail}, retry_rule::back_off}};
}

fetch_result keystone_source::wrong_scope(const scope& target,
                                          const std::optional<wall_time>& iam_date) const {
    problem wrong{errc::unknown_scope,
                  "the IAM " + x_client.user().origin + " grants " + x_identity.name + " no scope " +
                      to_string(target) +
                      ", though its credential is right: check the spelling and the user's roles"};
    return {.outcome = fetch_failure{std::move(wrong), retry_rule::remember}, .iam_date = iam_date};
}

fetch_result keystone_source::wants_person() const {
    problem wanted{errc::passcode_required, "identity " + x_identity.name + " (user " + x_client.user().user +
                                                ") needs a person's MFA passcode: run `tokenward login " +
                                                x_identity.name + "`"};
    return {.outcome = fetch_failure{std::move(wanted), retry_rule::rearm}};
}

asio::awaitable<validation> keystone_source::validate(token_ptr subject) {
    co_return co_await x_client.validate(std::move(subject));
}

login_standing keystone_source::standing() const {
    const login_user& who = x_client.user();
    return {.refusals = x_last_digest ? x_guard.refusals(who, *x_last_digest) : 0,
            .attempts = x_guard.recent_attempts(who)};
}

bool keystone_source::credential_changed() {
    return x_credentials.changed();
}

} // namespace tokenward::iam
