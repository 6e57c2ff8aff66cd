// Reads the configured scopes: `scopes`, and the scope that `auth` asks for.
#include "daemon/config/section_readers.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tokenward {
namespace {

/// A scope and its line in the file.
struct found_scope {
    named_scope made;
    int line;
};

struct form {
    std::string_view key;
    scope_kind kind;
};
// Each id before the name of the same thing: where both are given, the id wins.
constexpr form forms[] = {{"project_id", scope_kind::project_id},
                          {"project_name", scope_kind::project_name},
                          {"domain_id", scope_kind::domain_id},
                          {"domain_name", scope_kind::domain_name}};

bool is_project(scope_kind of) noexcept {
    return of == scope_kind::project_id || of == scope_kind::project_name;
}

std::optional<scope> make_scope(const config_section& from, const form& chosen, const auth_config& login) {
    auto value = from.text(chosen.key);
    if (!value) return std::nullopt;
    if (chosen.kind != scope_kind::project_name) return scope{chosen.kind, *value, {}};
    domain_ref own = read_domain(from, "project_domain");
    if (own.empty()) own = login.project_domain;
    if (!own.empty()) return scope{chosen.kind, *value, own};
    // A `username` without its domain is reported already, and adding the domain corrects this too.
    if (login.username.empty() && !from.has("project_domain_id") && !from.has("project_domain_name"))
        from.faults().error(from.line_of(chosen.key),
                            "no domain for the project of " + from.path() +
                                ": add `project_domain_name` or `project_domain_id`");
    return std::nullopt;
}

/// The first target in `from`, if any. Adds the number of targets to `targets`; a name beside the id of the
/// same thing is not counted.
const form* chosen_form(const config_section& from, int& targets) {
    const form* chosen = nullptr;
    for (const form& f : forms) {
        if (!from.has(f.key)) continue;
        if (chosen != nullptr && is_project(chosen->kind) == is_project(f.kind)) {
            from.faults().warning(from.line_of(f.key), "`" + std::string(chosen->key) + "` and `" +
                                                           std::string(f.key) + "` are both given in " +
                                                           from.path() + ": the id counts");
            continue;
        }
        if (chosen == nullptr) chosen = &f;
        ++targets;
    }
    return chosen;
}

/// The scope that `auth` itself asks for, if any, as keystoneauth reads it.
std::optional<found_scope> scope_of_auth(const config_section& auth, const auth_config& login) {
    bool project = auth.has("project_id") || auth.has("project_name");
    bool domain = auth.has("domain_id") || auth.has("domain_name");
    if (project && domain) {
        auth.faults().error(auth.line_of(auth.has("domain_id") ? "domain_id" : "domain_name"),
                            "a project and a domain are both given in " + auth.path() +
                                ": move one of them to `scopes`");
        return std::nullopt;
    }
    int targets = 0;
    const form* chosen = chosen_form(auth, targets);
    if (chosen == nullptr) return std::nullopt;
    auto target = make_scope(auth, *chosen, login);
    if (!target) return std::nullopt;
    return found_scope{{"default", *target}, auth.line_of(chosen->key)};
}

/// Whether a misspelt or unsupported key seems to be the target: that is reported already.
bool may_mean_target(const config_section& from) {
    auto meant = [&](const form& f) { return !from.lacks(f.key); };
    const auto& unsupported = config_keys::words::unsupported_scopes;
    if (std::any_of(unsupported.begin(), unsupported.end(), [&](auto key) { return from.has(key); }))
        return true;
    return !from.lacks("unscoped") || std::any_of(std::begin(forms), std::end(forms), meant);
}

std::optional<scope> read_scope(const config_section& from, const auth_config& login) {
    fault_list& faults = from.faults();
    int targets = from.has("unscoped") ? 1 : 0;
    const form* chosen = chosen_form(from, targets);
    if (targets == 0 && may_mean_target(from)) return std::nullopt;
    bool has_domain = from.has("project_domain_id") || from.has("project_domain_name");
    if (targets != 1) {
        faults.error(from.line(), from.path() +
                                      " must have exactly one of `project_id`, `project_name`, `domain_id`, "
                                      "`domain_name` and `unscoped: true`");
    } else if (has_domain && !from.has("project_name")) {
        faults.error(from.line(),
                     "a project domain in " + from.path() + " goes with `project_name` only: remove it");
    } else if (from.has("project_domain_id") && from.has("project_domain_name")) {
        faults.error(from.line(), "`project_domain_id` and `project_domain_name` are both given in " +
                                      from.path() + ": remove one");
    } else if (chosen != nullptr) {
        return make_scope(from, *chosen, login);
    } else if (auto flag = from.flag("unscoped")) {
        if (*flag) return scope{};
        faults.error(from.line_of("unscoped"), "`unscoped` can only be true: for another scope, name it");
    }
    return std::nullopt;
}

/// Keeps the first of the scopes that share a name or a target, and reports the others.
std::vector<named_scope> without_duplicates(std::vector<found_scope> all, fault_list& faults) {
    std::map<std::tuple<scope_kind, std::string, std::string, std::string>, const found_scope*> targets;
    std::vector<named_scope> kept;
    for (found_scope& each : all) {
        const scope& target = each.made.target;
        auto [first, is_new] = targets.emplace(
            std::tuple(target.kind, target.value, target.domain.id, target.domain.name), &each);
        if (is_new)
            kept.push_back(each.made);
        else
            faults.error(each.line, "scope `" + each.made.name + "` is the same as `" +
                                        first->second->made.name + "` in " +
                                        faults.where(first->second->line) + ": remove one");
    }
    return kept;
}

} // namespace

domain_ref read_domain(const config_section& from, const std::string& prefix) {
    auto id = from.text(prefix + "_id");
    auto name = from.text(prefix + "_name");
    if (id) return {*id, {}};
    return {{}, name.value_or("")};
}

std::vector<named_scope> read_scopes(const config_section& identity, const config_section& auth,
                                     const auth_config& login) {
    std::vector<found_scope> all;
    if (auto own = scope_of_auth(auth, login)) all.push_back(std::move(*own));
    bool has_default = !all.empty();
    const yaml_node* scopes = identity.find("scopes");
    if (scopes == nullptr) {
        // Such a login has a scope of its own, which nobody can choose.
        if (all.empty() && login.type != auth_type::password) return {{"default", scope{}}};
        return without_duplicates(std::move(all), identity.faults());
    }
    for_each_name(
        *scopes, "scope", identity.faults(), [&](const std::string& name, const yaml_node& value, int line) {
            config_section from(value, identity.path() + ".scopes." + name, config_keys::scope,
                                identity.faults());
            if (has_default && name == "default")
                return identity.faults().error(
                    line, "scope `default` is already what " + identity.faults().where(all.front().line) +
                              " under `auth` asks for: give this one another name");
            if (value.type != yaml_node::kind::map) return;
            if (auto target = read_scope(from, login)) all.push_back({{name, *target}, line});
        });
    return without_duplicates(std::move(all), identity.faults());
}

} // namespace tokenward
