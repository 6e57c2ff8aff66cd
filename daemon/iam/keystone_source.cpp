// See keystone_source.hpp: full logins. Rescoping stands in keystone_rescoping.cpp.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/core/token_scope.hpp"
#include "daemon/iam/totp.hpp"
#include "daemon/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using advice = login_permit::advice;

constexpr auto receipt_life = 290s;        // Keystone's own is 300 s
constexpr auto after_the_second = 1'100ms; // a token of the second in which a password changed is dead

/// A login that the guard let go out: if nothing else is said, it was not answered.
class open_login {
  public:
    open_login(login_guard& guard, const login_user& who, const secret_digest& digest)
        : x_guard(guard), x_who(who), x_digest(digest) {}
    open_login(const open_login&) = delete;
    open_login& operator=(const open_login&) = delete;
    ~open_login() { end(credential_word::unsaid); }

    void end(credential_word said) {
        if (std::exchange(x_ended, true)) return;
        switch (said) {
        case credential_word::accepted: return x_guard.accepted(x_who, x_digest);
        case credential_word::refused: return x_guard.refused(x_who, x_digest);
        case credential_word::unsaid: return x_guard.unanswered(x_who, x_digest);
        }
    }

  private:
    login_guard& x_guard;
    login_user x_who;
    secret_digest x_digest;
    bool x_ended = false;
};

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
    co_return co_await fetch_by_login(target);
}

asio::awaitable<fetch_result> keystone_source::fetch_by_login(scope target) {
    // What was refused although the password was right is asked about without risking the password again.
    if (x_doubtful.contains(to_string(target)) && x_parent.is_fresh(0s, x_time.now().boot))
        co_return co_await open_from_kept(target);
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) co_return unreadable(all.error());
    fetch_result refused;
    std::optional<credential> asked; // the last one that the IAM has seen and refused
    for (const credential& with : *all) {
        const login_manner how{.others_follow = &with != &all->back() || asked};
        attempt tried = co_await log_in(with, target, how);
        while (tried.settling && has_token(tried.answer)) { // the password is right: on to the scope
            keep_parent(std::get<std::shared_ptr<token>>(tried.answer.result.outcome));
            if (x_identity.rescope != rescope_mode::off) co_return co_await open_from_kept(target);
            tried = co_await log_in(with, target, how);
        }
        if (tried.answer.credential != credential_word::refused) co_return std::move(tried.answer.result);
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
    if (!unscoped.sent || unscoped.answer.credential == credential_word::refused) co_return refused;
    if (!has_token(unscoped.answer)) co_return std::move(unscoped.answer.result); // asked again the next time
    keep_parent(std::get<std::shared_ptr<token>>(unscoped.answer.result.outcome));
    if (x_identity.rescope == rescope_mode::off)
        co_return wrong_scope(target, unscoped.answer.result.iam_date);
    co_return co_await open_from_kept(target);
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

// With a credential that has just changed, a token of the very second of the change is dead on arrival.
asio::awaitable<keystone_source::attempt> keystone_source::log_in(credential with, scope target,
                                                                  login_manner how) {
    const bool changed = x_last_digest && *x_last_digest != with.digest;
    x_last_digest = with.digest;
    attempt made = co_await log_in_once(with, target, how);
    if (!changed || how.by_person != nullptr || !has_token(made.answer)) co_return made;
    token_ptr fresh = std::get<std::shared_ptr<token>>(made.answer.result.outcome);
    validation word = co_await x_client.validate(fresh);
    if (word.verdict != validity::dead) co_return made;
    log::info("dead_on_arrival", {.identity = x_identity.name},
              "the token {} was dead when it came, as after a password change: once more",
              fresh->fingerprint);
    asio::steady_timer wait(x_executor, after_the_second);
    co_await wait.async_wait(asio::use_awaitable);
    co_return co_await log_in_once(with, target, how);
}

// One login: when it is the user's turn, if the guard lets it go out, with a passcode that nobody has seen.
asio::awaitable<keystone_source::attempt> keystone_source::log_in_once(credential with, scope target,
                                                                       login_manner how) {
    attempt made;
    const login_user& who = x_client.user();
    login_guard::turn turn = co_await x_guard.enter(who, with.digest, how.by_person != nullptr);
    if (turn.permit.what == advice::rejected) {
        made.answer.credential = credential_word::refused;
        made.answer.result = rejected(turn.permit);
        co_return made;
    }
    open_login login(x_guard, who, with.digest);
    co_await x_guard.written();
    const bool doubted = turn.permit.what == advice::settle_first;
    if (doubted && how.others_follow) {
        made.answer.credential = credential_word::refused;
        made.answer.result = rejected({.what = advice::rejected});
        co_return made;
    }
    made.settling = doubted && target.kind != scope_kind::unscoped;
    if (made.settling) target = scope{};
    login_proof proof{.method = login_method::password, .value = with.value.get()};
    if (x_identity.auth.type == auth_type::application_credential)
        proof.method = login_method::application_credential;
    std::shared_ptr<const secret> made_code; // keeps it until the answer is there
    const secret* receipt = nullptr;
    if (how.by_person != nullptr && !x_receipt.empty() && x_time.now().boot - x_receipt_at < receipt_life) {
        proof = {.method = login_method::totp, .passcode = how.by_person};
        receipt = &x_receipt;
    } else if (how.by_person != nullptr) {
        proof.method = login_method::password_and_totp;
        proof.passcode = how.by_person;
    } else if (with.totp_key) {
        made_code = co_await next_passcode(with);
        proof.method = login_method::password_and_totp;
        proof.passcode = made_code.get();
    }
    made.sent = true;
    made.answer = co_await x_client.log_in(proof, target, receipt);
    login.end(made.answer.credential);
    co_await x_guard.written(); // before anybody sees the answer, so that a crash does not doubt what it was
    if (receipt != nullptr) x_receipt = {};
    if (!made.answer.receipt.empty()) {
        x_receipt_seen = true;
        x_receipt = std::move(made.answer.receipt);
        x_receipt_at = x_time.now().boot;
    }
    co_return made;
}

// A passcode is good for one login, and by the IAM's clock.
asio::awaitable<std::shared_ptr<const secret>> keystone_source::next_passcode(credential with) {
    co_await x_client.learn_clock();
    const totp_config& settings = *x_identity.auth.totp;
    for (;;) {
        const wall_time there = x_client.iam_time(x_time.now());
        const std::int64_t step = totp_step(there, settings.period);
        if (!x_guard.is_spent(x_client.user(), step)) {
            x_guard.spend(x_client.user(), step);
            co_await x_guard.written();
            co_return std::make_shared<const secret>(totp_passcode(*with.totp_key, step, settings.digits));
        }
        const wall_time next((step + 1) * settings.period);
        asio::steady_timer wait(x_executor, next - there);
        co_await wait.async_wait(asio::use_awaitable);
    }
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

fetch_result keystone_source::rejected(const login_permit& permit) const {
    fetch_failure failure{{errc::credential_rejected, ""}, retry_rule::rearm};
    const std::string whose = "the IAM " + x_client.user().origin + " refused the credential of " +
                              x_identity.name + " (user " + x_client.user().user + ")";
    if (permit.retry_after) {
        failure.error.detail =
            whose + " too often within 15 minutes: waiting, so that the user is not locked";
        failure.error.retry_after = std::chrono::ceil<std::chrono::seconds>(*permit.retry_after);
        failure.retry = retry_rule::back_off;
    } else {
        failure.error.detail =
            whose + ": nothing more is sent until it changes where the configuration reads it" +
            (x_identity.auth.secret.from == secret_ref::source::file ? ""
                                                                     : " (restart tokenwardd after that)");
    }
    return {.outcome = std::move(failure)};
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
