// See authenticate.hpp.
#include "tests/support/standin/authenticate.hpp"

#include "tests/support/standin/refusal.hpp"
#include "tests/support/standin/totp.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

constexpr long long step_seconds = 30;

/// Keystone says the same for everything; OTC tells what was wrong.
refusal wrong(const state& s, const request& from, std::string_view otc_code, std::string_view otc_message) {
    auto no = unauthorized(from.base_url());
    if (s.options.manners == dialect::otc) {
        no.otc_code = otc_code;
        no.message = otc_message;
    }
    return no;
}

bool is_locked(const state& s, const user& who) {
    const auto found = s.failures.find(who.id);
    return s.options.lockout_after != 0 && found != s.failures.end() &&
           found->second >= s.options.lockout_after;
}

[[noreturn]] void count_failure(state& s, const user& who, refusal no) {
    ++s.failures[who.id];
    throw no;
}

/// The current step and the one before it pass, and none twice.
bool accept_passcode(user& who, const std::string& passcode, time_point now) {
    const auto current =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / step_seconds;
    for (const auto step : {current, current - 1}) {
        if (step <= who.last_totp_step || passcode != totp(who.totp_secret, step)) continue;
        who.last_totp_step = step;
        return true;
    }
    return false;
}

/// A right password where a passcode is wanted too. Keystone proves it with a receipt.
refusal passcode_wanted(state& s, const request& from, const user& who) {
    auto no = unauthorized(from.base_url());
    if (s.options.manners == dialect::otc) {
        no.message = "Multi-factor authentication is required.";
        return no;
    }
    const auto id = random_text(64);
    s.receipts[id] = {who.id, s.now() + std::chrono::minutes{5}};
    no.headers.emplace_back("Openstack-Auth-Receipt", id);
    const json::object told{{"methods", json::array{"password"}},
                            {"expires_at", iso_time(s.receipts[id].expires)}};
    no.body = json::serialize(json::object{
        {"receipt", told}, {"required_auth_methods", json::array{json::array{"password", "totp"}}}});
    return no;
}

bool has_receipt(const state& s, const request& from, const user& who) {
    const auto found = s.receipts.find(from.header("Openstack-Auth-Receipt"));
    return found != s.receipts.end() && found->second.user_id == who.id && found->second.expires > s.now();
}

token by_password(state& s, const request& from, const login_request& login) {
    auto* const who = s.people.find_user(login.who);
    const auto wrong_password = [&] {
        return wrong(s, from, "IAM.0062", "The username or password is wrong.");
    };
    if (who == nullptr) throw wrong_password();
    if (is_locked(s, *who)) throw wrong(s, from, "IAM.0061", "The account is locked.");
    const bool password_shown = login.has_method("password") || has_receipt(s, from, *who);
    if (!password_shown || (login.has_method("password") && login.password != who->password))
        count_failure(s, *who, wrong_password());
    if (!who->totp_secret.empty()) {
        if (!login.has_method("totp")) throw passcode_wanted(s, from, *who);
        if (s.people.find_user(login.passcode_user) != who ||
            !accept_passcode(*who, login.passcode, s.now())) {
            auto no = wrong(s, from, "IAM.1061", "The passcode is wrong.");
            if (s.options.manners == dialect::otc) no.status = 400;
            count_failure(s, *who, no);
        }
    }
    s.failures.erase(who->id);
    return {.user_id = who->id, .methods = login.methods};
}

token by_parent(const state& s, const request& from, const login_request& login) {
    const auto* const parent = s.tokens.find(login.parent_token, s.now());
    if (parent == nullptr) throw refusal{.status = 404, .message = "Could not find token."};
    if (!parent->may_be_rescoped)
        throw refusal{.status = 403, .message = "Application credentials may not be rescoped."};
    const bool scoped = !parent->project_id.empty() || !parent->domain_id.empty();
    if (scoped && !s.options.rescope_scoped)
        throw refusal{.status = 403, .message = "You are not authorized to rescope a scoped token."};
    if (login.methods.size() != 1) throw unauthorized(from.base_url());
    token child{.user_id = parent->user_id, .methods = parent->methods, .expires = parent->expires};
    if (std::ranges::find(child.methods, "token") == child.methods.end()) child.methods.emplace_back("token");
    return child;
}

token by_application_credential(const state& s, const request& from, const login_request& login) {
    const auto* const found = s.people.find_application_credential(login.credential_id);
    if (found == nullptr) throw refusal{.status = 404, .message = "Could not find Application Credential."};
    if (found->secret != login.credential_secret || login.says_scope) throw unauthorized(from.base_url());
    return {.user_id = found->user_id,
            .project_id = found->project_id,
            .methods = login.methods,
            .may_be_rescoped = false};
}

} // namespace

token authenticate(state& s, const request& from, const login_request& login) {
    auto granted = login.has_method("token")                    ? by_parent(s, from, login)
                   : login.has_method("application_credential") ? by_application_credential(s, from, login)
                                                                : by_password(s, from, login);
    granted.issued = s.now();
    if (granted.expires == time_point{}) granted.expires = granted.issued + s.options.lifetime;
    return granted;
}

} // namespace tokenward::standin
