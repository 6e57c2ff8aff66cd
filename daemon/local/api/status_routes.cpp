// GET /v1/identities and /v1/status: the identities that the caller may use, and their state; never a secret.
// GET /healthz: the daemon answers. GET /readyz: every configured scope has a token.
#include "daemon/base/text/shown_text.hpp"
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/http/dates.hpp"
#include "daemon/local/http/media.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace tokenward::local {
namespace {

namespace json = boost::json;
constexpr verb_set any_verb = can_get | can_report | can_manage;

constexpr std::string_view state_word(key_state state) noexcept {
    switch (state) {
    case key_state::fetching: return "fetching";
    case key_state::valid: return "valid";
    case key_state::renewing: return "renewing";
    case key_state::stale: return "stale";
    case key_state::waiting: return "waiting";
    case key_state::failed: return "failed";
    case key_state::rejected: return "rejected";
    case key_state::passcode: return "passcode";
    }
    return "unknown";
}

json::array names_of(verb_set verbs) {
    json::array names;
    if ((verbs & can_get) != 0) names.emplace_back("get");
    if ((verbs & can_report) != 0) names.emplace_back("report");
    if ((verbs & can_manage) != 0) names.emplace_back("manage");
    return names;
}

json::object describe_identity(const call& c, const identity_config& identity) {
    json::array names;
    for (const named_scope& s : identity.scopes)
        if (verbs_of(c.around, c.connection.who(), identity, {s.name, s.target, true}, any_verb) != 0)
            names.emplace_back(s.name);
    const verb_set verbs = verbs_on_some_scope(c.around, c.connection.who(), identity, any_verb);
    return {{"identity", identity.name},
            {"scopes", std::move(names)},
            {"on_demand", identity.on_demand},
            {"verbs", names_of(verbs)}};
}

json::value seconds_until(std::optional<instant> when, instant now) {
    if (!when) return nullptr;
    return std::max<std::int64_t>(whole_seconds(*when - now).count(), 0);
}

json::value describe_error(const scope_status& status, const moment& now) {
    if (!status.last_error) return nullptr;
    auto at = now.wall - std::chrono::floor<std::chrono::microseconds>(now.boot - status.failed_at);
    return {{"code", describe(status.last_error->code).name},
            {"detail", shown_text(status.last_error->detail)},
            {"at", rfc3339(at)}};
}

json::object describe_scope(const scope_status& status, const moment& now) {
    json::object o{{"scope", status.scope.name},
                   {"state", state_word(status.state)},
                   {"configured", status.scope.configured},
                   {"fingerprint", nullptr},
                   {"expires_at", nullptr},
                   {"expires_in", nullptr}};
    if (status.held != nullptr) {
        o["fingerprint"] = status.held->fingerprint;
        o["expires_at"] = rfc3339(status.held->expires_at);
        o["expires_in"] = seconds_until(status.expires, now.boot);
    }
    o["renews_in"] = seconds_until(status.renews, now.boot);
    o["next_try_in"] = seconds_until(status.next_try, now.boot);
    if (const token* held = as_token(status.held.get()); held != nullptr && !held->mfa_authn_at.empty())
        o["mfa_authn_at"] = held->mfa_authn_at;
    o["last_error"] = describe_error(status, now);
    return o;
}

// Rules that were applied without certainty. Only managers see them: the lines name other callers.
json::array warnings_for(const call& c, const identity_config& identity) {
    json::array warnings;
    if (verbs_on_some_scope(c.around, c.connection.who(), identity, can_manage) == 0) return warnings;
    for (const std::string& each : c.around.notes->warnings_of(c.around.service.generation(), identity))
        warnings.emplace_back(each);
    return warnings;
}

json::object describe_status(const call& c, const identity_config& identity) {
    json::array scopes;
    json::value password_expires_at;
    for (const scope_status& row : c.around.service.status(identity.name)) {
        if (row.held != nullptr && row.held->password_expires_at)
            password_expires_at = rfc3339(*row.held->password_expires_at);
        if (verbs_of(c.around, c.connection.who(), identity, row.scope, any_verb) != 0)
            scopes.emplace_back(describe_scope(row, c.now));
    }
    const auth_config& auth = identity.auth;
    json::object described{{"identity", identity.name},
                           {"auth_url", auth.auth_url},
                           {"user", auth.username.empty() ? auth.user_id : auth.username},
                           {"password_expires_at", std::move(password_expires_at)},
                           {"scopes", std::move(scopes)}};
    if (json::array warnings = warnings_for(c, identity); !warnings.empty())
        described["warnings"] = std::move(warnings);
    return described;
}

// Answers with a list: what `describe` returns for each identity that the caller may use.
template <class Describe>
void answer_list(const call& c, json::object document, Describe describe) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    if (!choose_media(c.asked, false))
        return c.fail({errc::not_acceptable, "this comes as application/json"});
    json::array list;
    for (const identity_config& identity : c.around.service.configuration().identities)
        if (may_see(c.connection.who(), c.around.own_uid, identity)) list.emplace_back(describe(c, identity));
    document["identities"] = std::move(list);
    c.connection.answer(build_json(json::serialize(document), c.now.wall, c.head()));
}

constexpr std::size_t most_named = 20; // of the scopes without a token

struct readiness {
    std::size_t configured = 0;
    std::size_t missing = 0;
    std::size_t named = 0;
    std::string names{}; ///< of those that the caller may use, and why
};

std::string reason_of(const identity_config& identity, const scope_status& row) {
    std::string reason = fmt::format("{}/{}: {}", identity.name, row.scope.name, state_word(row.state));
    if (row.last_error) reason += fmt::format(" ({})", describe(row.last_error->code).name);
    return reason;
}

void look_at(const call& c, const identity_config& identity, const scope_status& row, readiness& all) {
    if (!row.scope.configured) return;
    ++all.configured;
    if (row.held != nullptr) return;
    ++all.missing;
    if (!may_read_names(c, identity, row.scope) || all.named == most_named) return;
    all.names += (all.named++ == 0 ? ": " : ", ") + reason_of(identity, row);
}

std::string ready_document(std::size_t configured) {
    const std::string why =
        configured == 0 ? "no scope is configured"
                        : fmt::format("{} of {} configured scopes have a token", configured, configured);
    return fmt::format(R"({{"status":"ready","reason":"{}"}})", why);
}

} // namespace

void list_identities(const call& c) {
    answer_list(c, {}, describe_identity);
}

void show_status(const call& c) {
    auto uptime = whole_seconds(c.now.boot - c.around.started).count();
    answer_list(c, {{"version", c.around.version}, {"uptime", uptime}}, describe_status);
}

void show_health(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    c.connection.answer(build_json(R"({"status":"ok","reason":"the daemon answers"})", c.now.wall, c.head()));
}

void show_readiness(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    readiness all;
    for (const identity_config& identity : c.around.service.configuration().identities) {
        if (!c.connection.who().is_shown(identity.name)) continue;
        for (const scope_status& row : c.around.service.status(identity.name)) look_at(c, identity, row, all);
    }
    if (all.missing == 0)
        return c.connection.answer(build_json(ready_document(all.configured), c.now.wall, c.head()));
    c.fail({errc::iam_unavailable, fmt::format("{} of {} configured scopes have no token{}", all.missing,
                                               all.configured, all.names)});
}

} // namespace tokenward::local
