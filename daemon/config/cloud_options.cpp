// Old and new names of options and their places, as in openstack.config.loader's magic_fixes() and in
// keystoneauth.
#include "daemon/config/cloud_options.hpp"

#include "common/scope.hpp"
#include "daemon/config/keys.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

struct spelling {
    std::string_view old;
    std::string_view today;
};
// Where both are given, today's spelling wins.
constexpr spelling spellings[] = {{"tenant_id", "project_id"},
                                  {"tenant_name", "project_name"},
                                  {"auth_token", "token"},
                                  {"user_name", "username"}};

// Options that change what the login is for: they are moved into `auth`, so that those not supported are
// reported there.
constexpr std::string_view also_of_auth[] = {"trust_id", "system_scope", "default_domain_id",
                                             "default_domain_name"};

/// Moves an option from beside `auth` into it, unless `auth` has it.
void move_into_auth(yaml_node& config, std::string_view key) {
    const yaml_node* outside = find_in(config, key);
    if (outside == nullptr) return;
    int line = line_in(config, key);
    yaml_node value = take_from(config, key);
    yaml_node& auth = *find_in(config, "auth");
    const yaml_node* inside = find_in(auth, key);
    if (!is_blank(value) && (inside == nullptr || is_blank(*inside)))
        set_in(auth, key, std::move(value), line);
}

void rename(yaml_node& map, std::string_view from, std::string_view to) {
    const yaml_node* old = find_in(map, from);
    if (old == nullptr) return;
    int line = line_in(map, from);
    yaml_node value = take_from(map, from);
    const yaml_node* today = find_in(map, to);
    if (!is_blank(value) && (today == nullptr || is_blank(*today))) set_in(map, to, std::move(value), line);
}

/// Copies the value of `from` to those keys of `to` that are missing.
void set_default(yaml_node& auth, std::string_view from, std::initializer_list<std::string_view> to) {
    const yaml_node* value = find_in(auth, from);
    if (value == nullptr) return;
    yaml_node copy = *value;
    int line = line_in(auth, from);
    for (std::string_view key : to)
        if (find_in(auth, key) == nullptr) set_in(auth, key, copy, line);
}

/// In a login for a project, `domain_*` is the domain of user and project, unless they have their own.
void settle_domains(yaml_node& auth) {
    if (find_in(auth, "project_id") == nullptr && find_in(auth, "project_name") == nullptr) return;
    set_default(auth, "domain_id", {"user_domain_id", "project_domain_id"});
    set_default(auth, "domain_name", {"user_domain_name", "project_domain_name"});
    (void)take_from(auth, "domain_id");
    (void)take_from(auth, "domain_name");
}

/// keystoneauth's default domain is that of a user or project without a domain.
void settle_default_domain(yaml_node& auth) {
    for (const std::string prefix : {"user_domain", "project_domain"}) {
        if (find_in(auth, prefix + "_id") != nullptr || find_in(auth, prefix + "_name") != nullptr) continue;
        set_default(auth, "default_domain_id", {prefix + "_id"});
        set_default(auth, "default_domain_name", {prefix + "_name"});
    }
    (void)take_from(auth, "default_domain_id");
    (void)take_from(auth, "default_domain_name");
}

void drop_blanks(yaml_node& auth) {
    yaml_node kept = empty_map(auth.line);
    for (std::size_t i = 0; i + 1 < auth.children.size(); i += 2)
        if (!is_blank(auth.children[i + 1]))
            kept.children.insert(kept.children.end(), {auth.children[i], auth.children[i + 1]});
    auth = std::move(kept);
}

/// The text of `key`; none if it has no text.
std::optional<std::string> text_in(const yaml_node& config, std::string_view key) {
    const yaml_node* value = find_in(config, key);
    if (value == nullptr || value->type != kind::text || value->text.empty()) return std::nullopt;
    return value->text;
}

/// `text` with each `{key}` replaced. None if there is no such option, which is in `key` then.
std::optional<std::string> filled(std::string_view text, const yaml_node& config, std::string_view& key) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((text[i] == '{' || text[i] == '}') && i + 1 < text.size() && text[i + 1] == text[i]) {
            made += text[i++]; // {{ is a brace
        } else if (text[i] == '{') {
            std::size_t end = std::min(text.find('}', i), text.size());
            key = text.substr(i + 1, end - i - 1);
            auto value = text_in(config, key);
            if (!value || end == text.size()) return std::nullopt;
            made += *value;
            i = end;
        } else {
            made += text[i];
        }
    }
    return made;
}

} // namespace

void normalise_options(yaml_node& config) {
    rename(config, "auth_plugin", "auth_type");
    rename(config, "endpoint_type", "interface");
    if (yaml_node* type = find_in(config, "auth_type"); type != nullptr && type->text == "token")
        type->text = "v3token"; // the generic plugin finds out the version
    auto to_auth = [&](auto keys) {
        for (std::string_view key : keys) move_into_auth(config, key);
    };
    for (const spelling& each : spellings) move_into_auth(config, each.old);
    to_auth(config_keys::auth.known);
    to_auth(std::span<const std::string_view>(also_of_auth));
    yaml_node& auth = *find_in(config, "auth");
    for (const spelling& each : spellings) rename(auth, each.old, each.today);
    drop_blanks(auth);
    settle_domains(auth);
    settle_default_domain(auth);
    if (find_in(auth, "auth_methods") == nullptr) return;
    int line = line_in(auth, "auth_methods"); // of v3multifactor; the daemon reads them beside `auth`
    yaml_node methods = take_from(auth, "auth_methods");
    set_in(config, "auth_methods", std::move(methods), line);
}

void expand_placeholders(yaml_node& map, std::string_view key_of_map, const yaml_node& config,
                         fault_list& faults) {
    yaml_node* value = find_in(map, key_of_map);
    if (value == nullptr || value->type != kind::text) return;
    std::string_view key;
    auto made = filled(value->text, config, key);
    if (made) {
        value->text = std::move(*made);
        return;
    }
    std::string what = is_name(key) ? "`" + std::string(key) + "`" : std::string("a key");
    faults.error(value->line, "`" + std::string(key_of_map) + "` needs " + what +
                                  ", which the cloud does not set: add it");
    value->type = kind::broken;
}

} // namespace tokenward
