// See keystone_source.hpp: one login, as the lockout guard allows it.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/passcode_step.hpp"
#include "daemon/iam/login_outcome.hpp"
#include "daemon/iam/totp.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using advice = login_permit::advice;

constexpr auto receipt_life = 290s;        // Keystone's own is 300 s
constexpr auto after_the_second = 1'100ms; // a token of the second in which a password changed is dead

/// A login that the guard let go out. If it is cancelled, what is known of it counts.
class open_login {
  public:
    open_login(login_guard& guard, const login_user& who, const secret_digest& digest)
        : x_guard(guard), x_who(who), x_digest(digest) {}
    open_login(const open_login&) = delete;
    open_login& operator=(const open_login&) = delete;
    ~open_login() { end(x_written ? login_end::lost : login_end::unsent); }

    bool& written() noexcept { return x_written; }
    void end(login_end how) {
        if (!std::exchange(x_ended, true)) x_guard.end(x_who, x_digest, how);
    }

  private:
    login_guard& x_guard;
    login_user x_who;
    secret_digest x_digest;
    bool x_written = false;
    bool x_ended = false;
};

} // namespace

// With a credential that has just changed, a token of the very second of the change is dead on arrival.
asio::awaitable<keystone_source::attempt> keystone_source::log_in(credential with, scope target,
                                                                  login_manner how) {
    const bool changed = x_last_digest && *x_last_digest != with.digest;
    x_last_digest = with.digest;
    attempt made = co_await log_in_once(with, target, how);
    const scope asked = made.settling ? scope{} : target;
    if (may_know_other_form(made.answer, asked)) {
        x_omit_unscoped = true;
        made = co_await log_in_once(with, target, how);
        x_omit_unscoped = made.answer.credential == credential_word::accepted;
    }
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

// Some IAMs refuse "scope":{"unscoped":{}}; they may know a login without any scope.
bool keystone_source::may_know_other_form(const login_answer& answer, const scope& asked) const noexcept {
    return answer.status == 400 && answer.credential == credential_word::unsaid && !answer.names_dead_token &&
           asked.kind == scope_kind::unscoped && !x_omit_unscoped &&
           x_identity.auth.type != auth_type::application_credential;
}

// Waits for the user's turn and for the guard's word; finds out whether the IAM is there, if the guard wants
// to know.
asio::awaitable<login_guard::turn> keystone_source::take_turn(secret_digest digest, bool by_person) {
    const login_user& who = x_client.user();
    login_guard::turn turn = co_await x_guard.enter(who, digest, by_person);
    if (turn.permit.what == advice::probe_first) {
        const bool answers = co_await x_client.probe();
        turn.permit = x_guard.probed(who, digest, answers, by_person);
    }
    co_return turn;
}

keystone_source::attempt keystone_source::not_sent(const login_permit& permit) const {
    using reason = login_permit::reason;
    attempt made;
    made.held_back = permit.what == advice::wait;
    // Another credential may be tried in place of one that was refused.
    if (permit.why == reason::none || permit.why == reason::refusals)
        made.answer.credential = credential_word::refused;
    made.answer.result = held_back(permit);
    return made;
}

// One login: when it is the user's turn, if the guard lets it go out, with a passcode that nobody has seen.
asio::awaitable<keystone_source::attempt> keystone_source::log_in_once(credential with, scope target,
                                                                       login_manner how) {
    attempt made;
    login_guard::turn turn = co_await take_turn(with.digest, how.by_person != nullptr);
    if (turn.permit.what == advice::wait || turn.permit.what == advice::rejected)
        co_return not_sent(turn.permit);
    open_login login(x_guard, x_client.user(), with.digest);
    co_await x_guard.written();
    const bool doubted = turn.permit.what == advice::settle_first;
    if (doubted && how.others_follow) co_return not_sent({.what = advice::rejected});
    made.settling = doubted && target.kind != scope_kind::unscoped;
    if (made.settling) target = scope{};
    login_proof proof{
        .method = login_method::password, .value = with.value.get(), .omit_unscoped = x_omit_unscoped};
    if (x_identity.auth.type == auth_type::application_credential)
        proof.method = login_method::application_credential;
    std::shared_ptr<const secret> made_code; // keeps it until the answer is there
    const secret* receipt = nullptr;
    if (how.by_person != nullptr && !x_receipt.empty() && x_time.now().boot - x_receipt_at < receipt_life) {
        proof.method = login_method::totp;
        proof.value = nullptr;
        proof.passcode = how.by_person;
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
    made.answer = co_await x_client.log_in(proof, target, receipt, &login.written());
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    const login_end how_it_ended = cancelled && !login.written() ? login_end::unsent : end_of(made.answer);
    login.end(how_it_ended);
    let_guard_pace(made.answer.result, with.digest, how_it_ended);
    co_await x_guard.written(); // before anybody sees the answer, so that a crash does not doubt what it was
    if (receipt != nullptr) x_receipt = {};
    if (!made.answer.receipt.empty()) {
        x_receipt_seen = true;
        x_receipt = std::move(made.answer.receipt);
        x_receipt_at = x_time.now().boot;
    }
    co_return made;
}

// Where the guard sees to it that nothing is sent too often, the next try may come soon.
void keystone_source::let_guard_pace(fetch_result& result, const secret_digest& digest, login_end how) const {
    auto* failure = std::get_if<fetch_failure>(&result.outcome);
    const bool away = how == login_end::lost || how == login_end::unreachable;
    if (failure != nullptr && away && failure->retry == retry_rule::back_off)
        failure->paced = !x_guard.is_proven(x_client.user(), digest);
}

// A passcode is good for one login, and by the IAM's clock.
asio::awaitable<std::shared_ptr<const secret>> keystone_source::next_passcode(credential with) {
    co_await x_client.learn_clock();
    const totp_config& settings = *x_identity.auth.totp;
    const login_user& who = x_client.user();
    for (;;) {
        const std::optional<std::int64_t> spent = x_guard.spent_step(who);
        const passcode_step next =
            next_passcode_step(x_client.iam_time(x_time.now()), settings.period, spent);
        if (next.disbelieved) {
            log::warning("spent_step_ahead", {.identity = x_identity.name},
                         "the last passcode that was sent was of step {}, but it is step {} now: the IAM's "
                         "clock was wrong then, and the step is forgotten",
                         *spent, next.step);
            x_guard.spend(who, next.step);
        }
        if (next.wait == 0s) {
            x_guard.spend(who, next.step);
            co_await x_guard.written();
            co_return std::make_shared<const secret>(
                totp_passcode(*with.totp_key, next.step, settings.digits));
        }
        asio::steady_timer wait(x_executor, next.wait);
        co_await wait.async_wait(asio::use_awaitable);
    }
}

// The guard's word, as a result.
fetch_result keystone_source::held_back(const login_permit& permit) const {
    using reason = login_permit::reason;
    const std::string who = x_identity.name + " (user " + x_client.user().user + ")";
    const std::string& where = x_client.user().origin;
    fetch_failure failure{{errc::iam_unavailable, ""}, retry_rule::back_off};
    failure.withheld = permit.why != reason::silence; // there the IAM was asked, and is away
    if (permit.retry_after)
        failure.error.retry_after = std::chrono::ceil<std::chrono::seconds>(*permit.retry_after);
    failure.paced = permit.why != reason::refusals;
    switch (permit.why) {
    case reason::none: {
        const bool by_file = x_identity.auth.secret.from == secret_ref::source::file;
        failure.error = {errc::credential_rejected,
                         "the IAM " + where + " refused the credential of " + who +
                             ": nothing more is sent until it changes where the configuration reads it" +
                             (by_file ? "" : " (restart tokenwardd after that)")};
        failure.retry = retry_rule::rearm;
        failure.paced = false;
        break;
    }
    case reason::refusals:
        failure.error.code = errc::credential_rejected;
        failure.error.detail = "the IAM " + where + " refused the credential of " + who +
                               " too often within 15 minutes: waiting, so that the user is not locked";
        break;
    case reason::unknown_outcomes:
        failure.error.detail = "the IAM " + where + " did not say what became of too many logins of " + who +
                               " within 15 minutes, and may have counted them as refused: waiting, so that "
                               "the user is not locked";
        break;
    case reason::pace:
        failure.error.detail = "the IAM " + where + " did not say whether it accepts the last login of " +
                               who +
                               ", and has never accepted its credential: waiting before the next one, so "
                               "that the user is not locked";
        break;
    case reason::silence:
        failure.error.detail =
            (x_client.silence().empty() ? "the IAM " + where + " does not answer" : x_client.silence()) +
            "; the credential of " + who + ", which it has never accepted, is sent when it answers";
        break;
    }
    return {.outcome = std::move(failure)};
}

} // namespace tokenward::iam
