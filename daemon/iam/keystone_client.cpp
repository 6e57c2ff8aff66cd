// Makes Keystone's requests over HTTPS and reads their answers.
#include "daemon/iam/keystone_client.hpp"

#include "daemon/base/log.hpp"
#include "daemon/iam/iam_time.hpp"

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto probe_timeout = 5s;

https_options options_of(const identity_config& identity) {
    https_options o;
    o.tls = {identity.cacert, identity.cert, identity.key, identity.verify};
    o.proxy = identity.proxy;
    return o;
}

/// What a gateway says in the IAM's place, or an IAM that has no time.
bool is_trouble(unsigned status) {
    return status >= 500 || status == 408 || status == 425 || status == 429;
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
      x_executor(executor), x_http(std::move(executor), x_url.where, options_of(identity)) {}

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

// A malformed answer may belong to another request: the connection is not used again.
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

asio::awaitable<login_answer> keystone_client::log_in(login_proof proof, scope target, const secret* receipt,
                                                      bool* written) {
    http_request ask{.method = "POST",
                     .target = x_url.path + "/auth/tokens",
                     .headers = {},
                     .body = {},
                     .written = written};
    if (!x_identity.catalog) ask.target += "?nocatalog=1";
    ask.body = format_login(x_identity.auth, proof, target);
    if (receipt != nullptr) ask.headers.emplace_back("Openstack-Auth-Receipt", header_value(*receipt));
    const moment asked = x_time.now();
    const std::string scope_text = to_string(target);
    auto answer = co_await x_http.request(std::move(ask));
    if (!answer) co_return away(answer.error(), scope_text);
    observe(*answer);
    login_answer parsed = parse_login(*answer, facts(scope_text, &target, asked, proof));
    mistrust(parsed);
    co_return parsed;
}

asio::awaitable<login_answer> keystone_client::describe(const secret* given) {
    http_request ask =
        ask_with(*given, "GET", x_identity.catalog ? "/auth/tokens" : "/auth/tokens?nocatalog=1");
    ask.headers.emplace_back("X-Subject-Token", header_value(*given));
    const moment asked = x_time.now();
    const std::string scope_text = "the scope of the given token";
    auto answer = co_await x_http.request(std::move(ask));
    if (!answer) co_return away(answer.error(), scope_text);
    const login_proof proof{.method = login_method::token, .value = given};
    observe(*answer);
    login_answer parsed = parse_description(*answer, facts(scope_text, nullptr, asked, proof));
    mistrust(parsed);
    co_return parsed;
}

http_request keystone_client::ask_with(const secret& shown, const char* method, std::string target) const {
    http_request ask{.method = method, .target = x_url.path + std::move(target)};
    ask.headers.emplace_back("X-Auth-Token", header_value(shown));
    return ask;
}

// HEAD is the least; its 403 has no body, which may name the token. One that proves nothing leaves the
// projects that it opens to be asked for.
asio::awaitable<validation> keystone_client::judge(const secret* shown) {
    http_request head = ask_with(*shown, "HEAD", "/auth/tokens");
    head.headers.emplace_back("X-Subject-Token", header_value(*shown));
    auto answer = co_await x_http.request(std::move(head));
    if (!answer) co_return validation{};
    observe(*answer);
    if (!says_too_little(*answer)) co_return parse_validation(*answer);
    http_request get = ask_with(*shown, "GET", "/auth/tokens?nocatalog=1");
    get.headers.emplace_back("X-Subject-Token", header_value(*shown));
    answer = co_await x_http.request(std::move(get));
    if (!answer) co_return validation{};
    observe(*answer);
    if (!proves_nothing(*answer)) co_return parse_validation(*answer);
    http_request projects = ask_with(*shown, "GET", "/auth/projects");
    answer = co_await x_http.request(std::move(projects));
    if (!answer) co_return validation{};
    observe(*answer);
    co_return parse_projects(*answer);
}

asio::awaitable<probe_answer> keystone_client::probe() {
    if (!x_prober) {
        https_options options = options_of(x_identity);
        options.answer_timeout = probe_timeout;
        x_prober = std::make_unique<https_client>(x_executor, x_url.where, options);
    }
    http_request ask{.method = "GET", .target = x_url.path};
    auto answer = co_await x_prober->request(std::move(ask));
    probe_answer made;
    if (!answer) {
        made.silence = answer.error().error.detail;
        co_return made;
    }
    observe(*answer);
    made.answers = !is_trouble(answer->status);
    if (made.answers)
        x_prober.reset();
    else
        made.silence = "the IAM " + x_user.origin + " answers a request without secrets with " +
                       std::to_string(answer->status);
    co_return made;
}

asio::awaitable<probe_answer> keystone_client::ask_time() {
    http_request ask{.method = "HEAD", .target = x_url.path};
    auto answer = co_await x_http.request(std::move(ask));
    probe_answer made{.answers = answer.has_value()};
    if (answer) observe(*answer);
    co_return made;
}

// A date that is not credible is removed from the answer, so that no other code uses it.
void keystone_client::observe(http_answer& answer) {
    const auto date = parse_http_date(answer.date);
    if (!date) return;
    const bool believed = x_clock.observe(*date, x_time.now());
    if (!believed && !x_doubts_said)
        log::warning("iam_date_doubted", {.identity = x_identity.name},
                     "the IAM {} dates its answer {}, far from its last one and from our clock: not believed "
                     "unless its next answer agrees",
                     x_user.origin, answer.date);
    if (!believed) answer.date.clear();
    x_doubts_said = !believed;
}

} // namespace tokenward::iam
