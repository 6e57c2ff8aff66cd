// See login_request.hpp.
#include "tests/support/standin/login_request.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

const json::object& object_at(const json::object& in, std::string_view key) {
    const auto* const value = in.if_contains(key);
    if (value == nullptr || !value->is_object())
        throw std::invalid_argument("'" + std::string(key) +
                                    "' is a required property and must be an object");
    return value->get_object();
}

/// Empty when it is missing.
std::string text_at(const json::object& in, std::string_view key) {
    const auto* const value = in.if_contains(key);
    if (value == nullptr) return {};
    if (!value->is_string()) throw std::invalid_argument("'" + std::string(key) + "' must be a string");
    return std::string(value->get_string());
}

reference parse_reference(const json::object& from) {
    reference result{.id = text_at(from, "id"), .name = text_at(from, "name")};
    if (from.contains("domain")) {
        const auto& home = object_at(from, "domain");
        result.domain_id = text_at(home, "id");
        result.domain_name = text_at(home, "name");
    }
    if (result.empty()) throw std::invalid_argument("an 'id' or a 'name' is required");
    return result;
}

void require_domain(const reference& named) {
    if (named.id.empty() && named.domain_id.empty() && named.domain_name.empty())
        throw std::invalid_argument("a 'domain' is required beside the name");
}

target parse_target(const json::object& scope, dialect manners) {
    const bool project = scope.contains("project");
    if (project && scope.contains("domain") && manners == dialect::keystone)
        throw std::invalid_argument("'scope' must name a project or a domain, not both");
    if (project) {
        const target wanted{target_kind::project, parse_reference(object_at(scope, "project"))};
        if (manners == dialect::keystone) require_domain(wanted.what);
        return wanted;
    }
    if (scope.contains("domain")) return {target_kind::domain, parse_reference(object_at(scope, "domain"))};
    throw std::invalid_argument("'scope' must name a project or a domain");
}

void parse_method(const json::object& identity, const std::string& method, login_request& into) {
    const auto& section = object_at(identity, method);
    if (method == "password") {
        const auto& user = object_at(section, "user");
        into.who = parse_reference(user);
        require_domain(into.who);
        into.password = text_at(user, "password");
    } else if (method == "totp") {
        const auto& user = object_at(section, "user");
        into.passcode_user = parse_reference(user);
        into.passcode = text_at(user, "passcode");
    } else if (method == "token") {
        into.parent_token = text_at(section, "id");
    } else if (method == "application_credential") {
        into.credential_id = text_at(section, "id");
        into.credential_secret = text_at(section, "secret");
    } else {
        throw std::invalid_argument("unknown method '" + method + "'");
    }
}

} // namespace

std::string target::text() const {
    if (kind == target_kind::unscoped) return "unscoped";
    const std::string word = kind == target_kind::project ? "project" : "domain";
    return what.id.empty() ? word + ":" + what.name : word + "_id:" + what.id;
}

bool login_request::has_method(std::string_view name) const {
    return std::ranges::find(methods, name) != methods.end();
}

std::string login_request::method_text() const {
    std::string text;
    for (const auto& method : methods) text += (text.empty() ? "" : "+") + method;
    return text;
}

login_request parse_login(std::string_view body, dialect manners) {
    json::error_code error;
    const auto document = json::parse(body, error);
    if (error || !document.is_object()) throw std::invalid_argument("the body is not a JSON object");
    const auto& auth = object_at(document.get_object(), "auth");
    const auto& identity = object_at(auth, "identity");
    const auto* const methods = identity.if_contains("methods");
    if (methods == nullptr || !methods->is_array() || methods->get_array().empty())
        throw std::invalid_argument("'methods' is a required property and must be a list");

    login_request result;
    for (const auto& method : methods->get_array()) {
        if (!method.is_string()) throw std::invalid_argument("'methods' must hold strings");
        result.methods.emplace_back(method.get_string());
        parse_method(identity, result.methods.back(), result);
    }
    if (result.who.empty()) result.who = result.passcode_user;
    if (const auto* const scope = auth.if_contains("scope"); scope != nullptr && *scope != "unscoped") {
        const auto& named = object_at(auth, "scope");
        result.names_unscoped = named.contains("unscoped");
        if (!result.names_unscoped) result.wanted = parse_target(named, manners);
        result.says_scope = true;
    }
    return result;
}

} // namespace tokenward::standin
