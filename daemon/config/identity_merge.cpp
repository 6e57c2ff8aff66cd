// Adds the keys to an identity that its cloud has and the identity itself does not have.
#include "daemon/config/identity_merge.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

// Alternatives: if the identity has one key of a group, no key of the group is taken from the cloud.
constexpr std::array<std::string_view, 2> of_user{"username", "user_id"};
constexpr std::array<std::string_view, 2> of_user_domain{"user_domain_name", "user_domain_id"};
constexpr std::array<std::string_view, 2> of_project_domain{"project_domain_name", "project_domain_id"};
constexpr std::array<std::string_view, 4> of_scope{"project_id", "project_name", "domain_id", "domain_name"};
constexpr std::array<std::string_view, 2> of_credential{"application_credential_id",
                                                        "application_credential_name"};
constexpr std::span<const std::string_view> alternatives[] = {of_user, of_user_domain, of_project_domain,
                                                              of_scope, of_credential};

/// Whether the identity's own `auth` has `key` or an alternative to it.
bool has_key(const yaml_node& own_auth, std::string_view key) {
    auto is_there = [&](std::string_view each) { return find_in(own_auth, each) != nullptr; };
    for (auto group : alternatives)
        if (std::find(group.begin(), group.end(), key) != group.end())
            return std::any_of(group.begin(), group.end(), is_there);
    return is_there(key);
}

/// Removes the secrets of `auth` that have no meaning with the auth_type that the identity chose itself.
void remove_other_secrets(const std::string& auth_type, yaml_node& auth) {
    bool credential = auth_type == "v3applicationcredential";
    bool token = auth_type == "v3token";
    yaml_node kept = empty_map(auth.line);
    for (std::size_t i = 0; i + 1 < auth.children.size(); i += 2) {
        const std::string& key = auth.children[i].text;
        bool of_password = key == "password" || key == "passcode" || key.starts_with("totp_");
        bool is_other = (key == "token" && !token) || (of_password && (credential || token)) ||
                        (key.starts_with("application_credential_") && !credential);
        if (!is_other) kept.children.insert(kept.children.end(), {auth.children[i], auth.children[i + 1]});
    }
    auth = std::move(kept);
}

void add_auth(yaml_node& own, const yaml_node& cloud) {
    if (own.type != kind::map || cloud.type != kind::map) return; // own's fault will be reported
    const yaml_node before = own;
    for (std::size_t i = 0; i + 1 < cloud.children.size(); i += 2)
        if (!has_key(before, cloud.children[i].text))
            own.children.insert(own.children.end(), {cloud.children[i], cloud.children[i + 1]});
}

} // namespace

void add_cloud_login(yaml_node& identity, yaml_node login) {
    const yaml_node* type = find_in(identity, "auth_type");
    yaml_node& auth = *find_in(login, "auth");
    if (type != nullptr && type->type == kind::text && auth.type == kind::map)
        remove_other_secrets(type->text, auth);
    for (std::size_t i = 0; i + 1 < login.children.size(); i += 2) {
        const yaml_node& key = login.children[i];
        yaml_node* own = find_in(identity, key.text);
        if (own == nullptr)
            identity.children.insert(identity.children.end(), {key, login.children[i + 1]});
        else if (key.text == "auth")
            add_auth(*own, login.children[i + 1]);
    }
}

} // namespace tokenward
