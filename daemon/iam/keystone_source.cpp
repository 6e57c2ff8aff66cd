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

std::string user_of(const identity_config& identity, const iam_url& url) {
    const auth_config& a = identity.auth;
    const std::string& domain = a.user_domain.id.empty() ? a.user_domain.name : a.user_domain.id;
    return (a.user_id.empty() ? a.username + " in " + domain : a.user_id) + " at " + url.where.authority();
}

bool is_refusal(const fetch_result& r) {
    const auto* failure = std::get_if<fetch_failure>(&r.outcome);
    return failure != nullptr && failure->error.code == errc::credential_rejected;
}

bool is_token(const fetch_result& r) { return std::holds_alternative<std::shared_ptr<token>>(r.outcome); }

/// Gives the turn back, however the coroutine ends.
class turn {
  public:
    turn(login_guard& guard, std::string user) : x_guard(guard), x_user(std::move(user)) {}
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() { end(login_outcome::inconclusive); }
    void end(login_outcome outcome) {
        if (!std::exchange(x_ended, true)) x_guard.leave(x_user, outcome);
    }

  private:
    login_guard& x_guard;
    std::string x_user;
    bool x_ended = false;
};

login_outcome outcome_of(const fetch_result& r) {
    return is_token(r) ? login_outcome::succeeded : is_refusal(r) ? login_outcome::refused : login_outcome::inconclusive;
}

} // namespace

// The configuration has been checked: its URL is good.
keystone_source::keystone_source(asio::any_io_executor executor, identity_config identity, const clock& time, login_guard& guard,
                                 password_reader read_password)
    : x_identity(std::move(identity)), x_url(*parse_auth_url(x_identity.auth.auth_url)), x_user(user_of(x_identity, x_url)), x_time(time),
      x_guard(guard), x_read_password(std::move(read_password)),
      x_client(std::move(executor), x_url.where, options_of(x_identity)) {}

login_name keystone_source::name(std::string scope_name) const { return {x_identity.name, std::move(scope_name), x_url.where.authority()}; }

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
    std::string scope_name = to_string(target);
    auto with = co_await read_credential();
    if (!with) {
        problem unread = with.error();
        unread.code = errc::credential_rejected;
        co_return fetch_result{fetch_failure{std::move(unread), retry_rule::back_off}};
    }
    for (;;) {
        login_permit permit = co_await x_guard.enter(x_user, with->digest);
        if (permit.kind == login_step::rejected) co_return rejected(permit, scope_name);
        turn mine(x_guard, x_user);
        if (permit.kind == login_step::settle_first) {
            fetch_result unscoped = co_await log_in({}, "unscoped", *with);
            mine.end(outcome_of(unscoped));
            if (!is_token(unscoped)) co_return unscoped;
            continue; // the password is right: on to the scope
        }
        fetch_result first = co_await log_in(target, scope_name, *with);
        mine.end(outcome_of(first));
        if (!is_refusal(first) || target.kind == scope_kind::unscoped) co_return first;
        co_return co_await settle(target, *with, std::move(first));
    }
}

// Keystone answers 401 to a wrong password and to an unknown project alike: an unscoped login tells them apart.
asio::awaitable<fetch_result> keystone_source::settle(scope target, credential with, fetch_result first) {
    login_permit permit = co_await x_guard.enter(x_user, with.digest);
    if (permit.kind == login_step::rejected) co_return first;
    turn mine(x_guard, x_user);
    fetch_result unscoped = co_await log_in({}, "unscoped", with);
    mine.end(outcome_of(unscoped));
    if (is_refusal(unscoped)) co_return first;
    if (!is_token(unscoped)) co_return unscoped; // not settled: the next login begins with this question
    problem wrong{errc::unknown_scope, to_string(name(to_string(target))) +
                                           ": the password is right, but the IAM grants no such scope to the user: check its spelling and the user's roles"};
    co_return fetch_result{fetch_failure{std::move(wrong), retry_rule::remember}, unscoped.iam_date};
}

asio::awaitable<fetch_result> keystone_source::log_in(scope target, std::string scope_name, credential with) {
    http_request ask{.method = "POST", .target = x_url.path + "/auth/tokens" + (x_identity.catalog ? "" : "?nocatalog=1")};
    ask.body = password_login(x_identity.auth, *with.password, target);
    instant sent = x_time.now().boot;
    auto answer = co_await x_client.request(std::move(ask));
    login_name who = name(std::move(scope_name));
    if (!answer) {
        problem away = answer.error();
        away.detail = to_string(who) + ": " + away.detail;
        co_return fetch_result{fetch_failure{std::move(away), retry_rule::back_off}};
    }
    iam_answer seen{answer->status, answer->token, answer->date, answer->retry_after, answer->has_receipt, answer->body};
    co_return read_login_answer(seen, {sent, x_time.now().wall}, who);
}

fetch_result keystone_source::rejected(const login_permit& permit, const std::string& scope_name) const {
    fetch_failure failure{{errc::credential_rejected, to_string(name(scope_name)) +
                                                          ": the IAM refused this password before; nothing is sent until it changes where the configuration reads it"},
                          retry_rule::rearm};
    if (permit.retry_at != wall_time::max()) {
        failure.error.detail = to_string(name(scope_name)) + ": too many refused logins in 15 minutes; waiting, so that the user is not locked";
        failure.error.retry_after = std::chrono::ceil<std::chrono::seconds>(permit.retry_at - x_time.now().wall);
        failure.retry = retry_rule::back_off;
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
    co_return validation{read_validation_status(answer->status)};
}

bool keystone_source::credential_changed() {
    auto password = x_read_password();
    return password && (!x_known.password || !(*x_known.password == *password));
}

} // namespace tokenward::iam
