// See auth_api.hpp.
#include "tests/support/standin/auth_api.hpp"

#include "tests/support/standin/authenticate.hpp"
#include "tests/support/standin/refusal.hpp"
#include "tests/support/standin/token_document.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

/// Catalog wanted: the base URL; not wanted (`?nocatalog`, with any value): nothing.
std::string catalog_base(const request& from) {
    return from.query.contains("nocatalog") ? std::string() : from.base_url();
}

refusal no_such_scope(const state& s, const request& from, std::string_view what) {
    const bool otc = s.options.manners == dialect::otc;
    auto no = unauthorized(from.base_url());
    no.status = s.options.unknown_project != 0 ? s.options.unknown_project : otc ? 404 : 401;
    if (otc) no.message = "Could not find " + std::string(what) + ".";
    if (no.status != 401) no.headers.clear();
    return no;
}

/// Keystone's tokens without a scope are for the user's default project, if there is one, unless the login
/// says that it wants none; OTC's are for the user's domain.
void open_scope(const state& s, const request& from, const login_request& login, token& granted) {
    if (!granted.project_id.empty()) return; // an application credential brought its own
    const auto& wanted = login.wanted;
    const auto& who = *s.people.user_by_id(granted.user_id);
    if (wanted.kind == target_kind::unscoped) {
        if (s.options.manners == dialect::otc) granted.domain_id = who.domain_id;
        const auto* const usual = s.people.find_project({.name = who.default_project}, who.domain_id);
        if (!login.says_scope && s.options.manners == dialect::keystone && usual != nullptr)
            granted.project_id = usual->id;
    } else if (wanted.kind == target_kind::domain) {
        const auto* const found = s.people.find_domain(wanted.what);
        if (found == nullptr || found->id != who.domain_id) throw no_such_scope(s, from, "domain");
        granted.domain_id = found->id;
    } else {
        const auto* const found = s.people.find_project(wanted.what, who.domain_id);
        const bool may =
            found != nullptr &&
            (who.projects.empty() || std::ranges::find(who.projects, found->name) != who.projects.end());
        if (!may) throw no_such_scope(s, from, "project");
        granted.project_id = found->id;
    }
}

response described(const state& s, const token& what, const std::string& id, int status,
                   const request& from) {
    auto answer = json_response(status, token_document(s, what, catalog_base(from)));
    answer.headers.emplace_back("X-Subject-Token", id);
    answer.headers.emplace_back("Vary", "X-Auth-Token");
    return answer;
}

} // namespace

response log_in(state& s, const request& from, const login_request& login) {
    try {
        auto granted = authenticate(s, from, login);
        open_scope(s, from, login, granted);
        const auto id = s.tokens.issue(granted, s.options.token_size);
        return described(s, granted, id, 201, from);
    } catch (const refusal& no) {
        return to_response(no, s.options.manners);
    }
}

response look_up_or_revoke(state& s, const request& from) {
    const auto subject = from.header("X-Subject-Token");
    if (s.tokens.find(from.header("X-Auth-Token"), s.now()) == nullptr)
        return to_response(unauthorized(from.base_url()), s.options.manners);
    if (subject.empty())
        return to_response({.status = 400, .message = "X-Subject-Token is missing."}, s.options.manners);
    const auto* const found = s.tokens.find(subject, s.now());
    if (found == nullptr)
        return to_response({.status = 404, .message = "Could not find token."}, s.options.manners);
    if (from.method != "DELETE") return described(s, *found, subject, 200, from);
    s.tokens.revoke(subject);
    return {.status = 204};
}

response projects(const state& s, const request& from) {
    if (s.tokens.find(from.header("X-Auth-Token"), s.now()) == nullptr)
        return to_response(unauthorized(from.base_url()), s.options.manners);
    return json_response(200, json::serialize(json::object{{"projects", json::array{}}}));
}

response version_document(const state& s, const request& from) {
    if (from.method == "GET" && from.path.ends_with("/v3/auth/projects")) return projects(s, from);
    if (from.method != "GET" || !(from.path.ends_with("/v3") || from.path.ends_with("/v3/")))
        return to_response({.status = 404, .message = "Not found."}, s.options.manners);
    const auto root = from.path.substr(0, from.path.rfind("/v3") + 3);
    const json::object link{{"rel", "self"}, {"href", from.base_url() + root + "/"}};
    const json::object version{{"id", "v3.14"},
                               {"status", "stable"},
                               {"updated", "2020-04-07T00:00:00Z"},
                               {"links", json::array{link}}};
    return json_response(200, json::serialize(json::object{{"version", version}}));
}

} // namespace tokenward::standin
