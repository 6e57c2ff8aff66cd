// See keystone_source.hpp.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/log.hpp"

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

https_options options_of(const identity_config& identity) {
    https_options o;
    o.cacert = identity.cacert;
    o.verify = identity.verify;
    return o;
}

using advice = login_permit::advice;

bool has_token(const login_answer& a) {
    return std::holds_alternative<std::shared_ptr<token>>(a.result.outcome);
}

/// The turn that the guard gave: it is given back however the coroutine ends.
class held_turn {
  public:
    held_turn(login_guard& guard, const login_user& who, const secret_digest& digest)
        : x_guard(guard), x_who(who), x_digest(digest) {}
    held_turn(const held_turn&) = delete;
    held_turn& operator=(const held_turn&) = delete;
    ~held_turn() { end(credential_word::unsaid); }

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

} // namespace

// The configuration has been checked: its URL is good.
keystone_source::keystone_source(asio::any_io_executor executor, identity_config identity, const clock& time,
                                 login_guard& guard, password_reader read_password)
    : x_identity(std::move(identity)),
      x_url(*parse_auth_url(x_identity.auth.auth_url)), x_user{x_url.where.authority(),
                                                               user_text(x_identity.auth)},
      x_time(time), x_guard(guard), x_read_password(std::move(read_password)),
      x_client(std::move(executor), x_url.where, options_of(x_identity)) {}

asio::awaitable<result<keystone_source::credential>> keystone_source::read_credential() {
    auto password = x_read_password();
    if (!password) co_return password.error();
    if (!x_known.password || !(*x_known.password == *password)) {
        auto fresh = std::make_shared<const secret>(std::move(*password));
        secret_digest digest = co_await x_guard.digest(fresh);
        x_known = {std::move(fresh), digest};
    }
    co_return x_known;
}

asio::awaitable<fetch_result> keystone_source::fetch(scope target) {
    auto with = co_await read_credential();
    if (!with) {
        problem unread{errc::credential_rejected, with.error().detail};
        co_return fetch_result{fetch_failure{std::move(unread), retry_rule::back_off}};
    }
    for (;;) {
        login_permit permit = co_await x_guard.enter(x_user, with->digest);
        if (permit.what == advice::rejected) co_return rejected(permit);
        held_turn mine(x_guard, x_user, with->digest);
        const bool settling = permit.what == advice::settle_first;
        scope asked = target; // named: of a temporary chosen by ?: in a co_await GCC 12 destroys two
        if (settling) asked = scope{};
        login_answer answer = co_await log_in(std::move(asked), *with);
        mine.end(answer.credential);
        if (settling && has_token(answer)) continue; // the password is right: on to the scope
        bool open_question =
            answer.credential == credential_word::refused && !settling && target.kind != scope_kind::unscoped;
        if (!open_question) co_return std::move(answer.result);
        co_return co_await settle(target, *with, std::move(answer.result));
    }
}

// Keystone answers 401 to a wrong password and to an unknown project alike: an unscoped login tells them
// apart. (Its token could open further scopes without a password; for now it is dropped.)
asio::awaitable<fetch_result> keystone_source::settle(scope target, credential with, fetch_result first) {
    login_permit permit = co_await x_guard.enter(x_user, with.digest);
    if (permit.what == advice::rejected) co_return first;
    held_turn mine(x_guard, x_user, with.digest);
    scope none;
    login_answer unscoped = co_await log_in(std::move(none), with);
    mine.end(unscoped.credential);
    if (unscoped.credential == credential_word::refused) co_return first;
    if (!has_token(unscoped))
        co_return std::move(unscoped.result); // the next login begins with this question
    problem wrong{errc::unknown_scope,
                  "the IAM " + x_url.where.authority() + " grants " + x_identity.name + " no scope " +
                      to_string(target) +
                      ", though its password is right: check the spelling and the user's roles"};
    co_return fetch_result{fetch_failure{std::move(wrong), retry_rule::remember}, unscoped.result.iam_date};
}

asio::awaitable<login_answer> keystone_source::log_in(scope target, credential with) {
    http_request ask{.method = "POST",
                     .target = x_url.path + "/auth/tokens" + (x_identity.catalog ? "" : "?nocatalog=1")};
    ask.body = format_login(x_identity.auth, *with.password, target);
    const moment asked = x_time.now();
    auto answer = co_await x_client.request(std::move(ask));
    const std::string scope_text = to_string(target);
    if (!answer) {
        problem away = answer.error();
        away.detail = "no token for " + x_identity.name + ", " + scope_text + ": " + away.detail;
        co_return login_answer{credential_word::unsaid,
                               {fetch_failure{std::move(away), retry_rule::back_off}}};
    }
    co_return parse_login(*answer, {.iam = x_user.origin,
                                    .identity = x_identity.name,
                                    .user = x_user.user,
                                    .scope = scope_text,
                                    .password = *with.password,
                                    .asked = asked});
}

fetch_result keystone_source::rejected(const login_permit& permit) const {
    fetch_failure failure{{errc::credential_rejected, ""}, retry_rule::rearm};
    const std::string whose = "the IAM " + x_user.origin + " refused the password of " + x_identity.name +
                              " (user " + x_user.user + ")";
    if (permit.retry_after) {
        failure.error.detail =
            whose + " too often within 15 minutes: waiting, so that the user is not locked";
        failure.error.retry_after = std::chrono::ceil<std::chrono::seconds>(*permit.retry_after);
        failure.retry = retry_rule::back_off;
    } else {
        failure.error.detail =
            whose + ": nothing more is sent until it changes where the configuration reads it" +
            (x_identity.auth.password.from == secret_ref::source::file ? ""
                                                                       : " (restart tokenwardd after that)");
    }
    return {std::move(failure)};
}

asio::awaitable<validation> keystone_source::validate(token_ptr subject) {
    http_request ask{.method = "HEAD", .target = x_url.path + "/auth/tokens"};
    wiped_string value(subject->value.reveal());
    ask.headers.emplace_back("X-Auth-Token", value);
    ask.headers.emplace_back("X-Subject-Token", std::move(value));
    auto answer = co_await x_client.request(std::move(ask));
    if (!answer) co_return validation{};
    co_return parse_validation(*answer);
}

bool keystone_source::credential_changed() {
    auto password = x_read_password();
    return password && (!x_known.password || !(*x_known.password == *password));
}

} // namespace tokenward::iam
