// Parses the file as a whole and its identities. section_readers.hpp lists the parts that have files of their
// own.
#include "daemon/config/parse_config.hpp"

#include "daemon/config/cloud_reader.hpp"
#include "daemon/config/section_readers.hpp"
#include "daemon/config/suggestion.hpp"
#include "daemon/config/yaml.hpp"

#include <algorithm>

namespace tokenward {
namespace {

/// `limits`: how much callers may cost the IAM.
limits_config read_limits(const config_section& file) {
    limits_config made;
    const yaml_node* node = file.find("limits");
    if (node == nullptr) return made;
    config_section limits(*node, "limits", config_keys::limits, file.faults());
    if (node->type != yaml_node::kind::map) return made;
    made.new_scopes_per_minute =
        limits.number("new_scopes_per_minute", 1, 60'000).value_or(made.new_scopes_per_minute);
    made.new_scopes_burst = limits.number("new_scopes_burst", 1, 10'000).value_or(made.new_scopes_burst);
    return made;
}

/// The scopes of an identity, and whether callers may ask for others.
void read_scope_settings(const config_section& from, const config_section& auth, identity_config& made) {
    made.scopes = read_scopes(from, auth, made.auth);
    made.on_demand = from.flag("on_demand").value_or(true);
    made.catalog = from.flag("catalog").value_or(true);
    made.max_scopes = from.number("max_scopes", 1, 65536).value_or(made.max_scopes);
    if (made.scopes.size() > made.max_scopes)
        from.faults().error(from.line_of("max_scopes"),
                            "`max_scopes` of " + from.path() + " is " + std::to_string(made.max_scopes) +
                                ", less than its " + std::to_string(made.scopes.size()) +
                                " configured scopes: raise it");
    else if (made.scopes.size() == made.max_scopes && made.on_demand)
        from.faults().warning(from.line_of("max_scopes"),
                              "`max_scopes` of " + from.path() + " is " + std::to_string(made.max_scopes) +
                                  ", as many as its configured scopes, so that callers can't ask for others: "
                                  "raise it, or set `on_demand` to false");
    if (made.scopes.empty() && !made.on_demand && from.lacks("scopes"))
        from.faults().warning(from.line_of("on_demand"), from.path() +
                                                             " can give no token: it has no `scopes`, and "
                                                             "`on_demand` is false");
}

std::string read_interface(const config_section& from) {
    auto word = from.text("interface");
    const auto& known = config_keys::words::interfaces;
    if (!word) return {};
    const std::string_view plain = plain_interface(*word);
    if (std::find(known.begin(), known.end(), plain) != known.end()) return std::string(plain);
    from.faults().error(from.line_of("interface"), unknown_word_message("interface", *word, known));
    return {};
}

/// REQUIRES: `node` has the keys of its `cloud` already.
identity_config read_identity(const std::string& name, const yaml_node& node, fault_list& faults,
                              const name_resolver& names) {
    identity_config made{.name = name};
    config_section from(node, "identities." + name, config_keys::identity, faults);
    if (node.type != yaml_node::kind::map) return made;
    static const yaml_node nothing{.type = yaml_node::kind::broken};
    const yaml_node* auth_node = from.find("auth");
    config_section auth(auth_node != nullptr ? *auth_node : nothing, from.path() + ".auth", config_keys::auth,
                        faults);
    if (auth_node != nullptr && auth_node->type == yaml_node::kind::map) made.auth = read_auth(from, auth);
    if (from.lacks("auth"))
        faults.error(from.line(), "`auth` is missing in " + from.path() +
                                      ": add it with `auth_url`, a user and a `password`");
    read_tls_and_proxy(from, made);
    made.rescope = read_rescope(from, made.auth);
    made.passcode_notice = std::chrono::seconds(from.number("passcode_notice", 60, 604'800).value_or(0));
    made.validate_every = std::chrono::seconds(from.number("validate_every", 0, 86'400).value_or(0));
    made.region_name = from.text("region_name").value_or("");
    made.endpoint_interface = read_interface(from);
    read_scope_settings(from, auth, made);
    made.allow = read_rules(from, "allow", made, names);
    made.deny = read_rules(from, "deny", made, names);
    return made;
}

config read_file(const yaml_node& root, fault_list& faults, const name_resolver& names,
                 const cloud_finder* finder) {
    config made;
    if (root.type == yaml_node::kind::null) {
        faults.error(0, "empty: name at least one identity under `identities`");
        return made;
    }
    config_section file(root, "the configuration", config_keys::file, faults);
    if (root.type != yaml_node::kind::map) return made;
    made.limits = read_limits(file);
    made.metrics = read_metrics(file);
    if (file.lacks("identities")) faults.error(0, "no `identities`: name at least one");
    const yaml_node* identities = file.find("identities");
    if (identities == nullptr) return made;
    cloud_reader clouds(finder, faults);
    for_each_name(*identities, "identity", faults, [&](const std::string& name, const yaml_node& value, int) {
        made.identities.push_back(read_identity(name, clouds.complete(value), faults, names));
    });
    if (identities->type == yaml_node::kind::map && identities->children.empty())
        faults.warning(identities->line, "`identities` is empty: nobody can have a token until one is named");
    made.sockets = read_sockets(file, made.identities);
    return made;
}

} // namespace

bool parsed_config::ok() const {
    auto is_error = [](const config_fault& fault) { return fault.severity == config_fault::level::error; };
    return std::none_of(faults.begin(), faults.end(), is_error);
}

parsed_config parse_config(std::string_view text, const std::string& file, const name_resolver& names,
                           const cloud_finder* clouds) {
    fault_list faults(file);
    parsed_config made;
    if (auto root = parse_yaml(text, faults)) made.value = read_file(*root, faults, names, clouds);
    made.faults = faults.take();
    return made;
}

} // namespace tokenward
