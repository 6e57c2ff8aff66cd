// See keystone_client.hpp.
#include "daemon/iam/keystone_client.hpp"

#include "daemon/iam/iam_time.hpp"

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

https_options options_of(const identity_config& identity) {
    https_options o;
    o.tls = {identity.cacert, identity.cert, identity.key, identity.verify};
    o.proxy = identity.proxy;
    return o;
}

wiped_string header_value(const secret& of) {
    const std::string_view text = of.reveal();
    return {text.data(), text.size()};
}

} // namespace

keystone_client::keystone_client(asio::any_io_executor executor, const identity_config& identity,
                                 const clock& time)
    : x_identity(identity), x_time(time),
      x_url(*parse_auth_url(identity.auth.auth_url)), x_user{x_url.where.authority(),
                                                             user_text(identity.auth)},
      x_http(std::move(executor), x_url.where, options_of(identity)) {}

login_facts keystone_client::facts(const std::string& scope_text, const scope* target, const moment& asked,
                                   const login_proof& proof) const {
    return {.iam = x_user.origin,
            .identity = x_identity.name,
            .user = x_user.user,
            .scope = scope_text,
            .proof = proof.value != nullptr ? proof.value : proof.passcode,
            .asked = asked,
            .method = proof.method,
            .target = target,
            .who = &x_identity.auth,
            .holder = proof.holder};
}

// What makes no sense may be another request's answer: nothing more is read from there.
void keystone_client::mistrust(const login_answer& answer) noexcept {
    const auto* failure = std::get_if<fetch_failure>(&answer.result.outcome);
    if (failure != nullptr && failure->error.code == errc::iam_protocol) x_http.close_kept();
}

login_answer keystone_client::away(const http_failure& why, const std::string& scope_text) const {
    problem told = why.error;
    told.detail = "no token for " + x_identity.name + ", " + scope_text + ": " + told.detail;
    return {.result = {.outcome = fetch_failure{std::move(told), retry_rule::back_off}},
            .reach = why.sent ? login_reach::answer_lost : login_reach::not_sent};
}

asio::awaitable<login_answer> keystone_client::log_in(login_proof proof, scope target,
                                                      const secret* receipt) {
    http_request ask{.method = "POST", .target = x_url.path + "/auth/tokens"};
    if (!x_identity.catalog) ask.target += "?nocatalog=1";
    ask.body = format_login(x_identity.auth, proof, target);
    if (receipt != nullptr) ask.headers.emplace_back("Openstack-Auth-Receipt", header_value(*receipt));
    const moment asked = x_time.now();
    const std::string scope_text = to_string(target);
    auto answer = co_await x_http.request(std::move(ask));
    if (!answer) co_return away(answer.error(), scope_text);
    login_answer parsed = parse_login(*answer, facts(scope_text, &target, asked, proof));
    mistrust(parsed);
    observe(parsed.result.iam_date);
    co_return parsed;
}

asio::awaitable<login_answer> keystone_client::describe(const secret* given) {
    http_request ask{.method = "GET", .target = x_url.path + "/auth/tokens"};
    if (!x_identity.catalog) ask.target += "?nocatalog=1";
    ask.headers.emplace_back("X-Auth-Token", header_value(*given));
    ask.headers.emplace_back("X-Subject-Token", header_value(*given));
    const moment asked = x_time.now();
    const std::string scope_text = "the scope of the given token";
    auto answer = co_await x_http.request(std::move(ask));
    if (!answer) co_return away(answer.error(), scope_text);
    const login_proof proof{.method = login_method::token, .value = given};
    login_answer parsed = parse_description(*answer, facts(scope_text, nullptr, asked, proof));
    mistrust(parsed);
    observe(parsed.result.iam_date);
    co_return parsed;
}

asio::awaitable<validation> keystone_client::validate(token_ptr subject) {
    http_request ask{.method = "HEAD", .target = x_url.path + "/auth/tokens"};
    ask.headers.emplace_back("X-Auth-Token", header_value(subject->value));
    ask.headers.emplace_back("X-Subject-Token", header_value(subject->value));
    auto answer = co_await x_http.request(std::move(ask));
    validation told;
    if (answer) told = parse_validation(*answer);
    observe(told.iam_date);
    co_return told;
}

asio::awaitable<void> keystone_client::learn_clock() {
    if (x_clock_offset) co_return;
    http_request ask{.method = "HEAD", .target = x_url.path};
    auto answer = co_await x_http.request(std::move(ask));
    if (answer) observe(parse_http_date(answer->date));
}

// Whole seconds, and some time ago: there it is at least so late. A clock that is a little behind gives the
// passcode of the step before, which is good; one that is ahead would give one that is not yet.
void keystone_client::observe(const std::optional<wall_time>& date) noexcept {
    constexpr duration longest = std::chrono::hours(24 * 366 * 200); // which a kept state holds too
    const duration offset = date ? offset_of(*date, x_time.now().boot) : duration::max();
    if (offset < longest) x_clock_offset = offset;
}

wall_time keystone_client::iam_time(const moment& at) const noexcept {
    if (!x_clock_offset) return at.wall;
    return wall_time(std::chrono::floor<wall_time::duration>(at.boot.time_since_epoch() + *x_clock_offset));
}

} // namespace tokenward::iam
