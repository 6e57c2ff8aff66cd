// Reads the rules `allow` and `deny`: who may have which tokens.
#include "daemon/config/section_readers.hpp"

#include "daemon/config/suggestion.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using subject = access_rule::subject;

constexpr auto unlisted_scope =
    " (one that is not under `scopes` is written project:NAME, project_id:ID, domain:NAME, "
    "domain_id:ID or unscoped)";
constexpr std::string_view subjects[] = {"user", "group", "unit"}; // in the order of access_rule::subject

bool is_unit(std::string_view name) {
    constexpr std::string_view fit = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.\\@-";
    return name.find_first_not_of(fit) == std::string_view::npos &&
           (name.ends_with(".service") || name.ends_with(".scope") || name.ends_with(".slice"));
}

/// Warns if the rule's user or group has no number here, or one that never matches.
void check_number(const config_section& from, std::string_view key, const access_rule& rule, bool denies,
                  const name_resolver& names) {
    const std::string who = std::string(key) + " `" + rule.name + "`";
    if (!rule.id && names.is_final())
        from.faults().warning(from.line_of(key),
                              who + (denies
                                         ? " does not exist on this machine: until it does, the rule holds "
                                           "for all callers whose own numbers have no name"
                                         : " does not exist on this machine: until it does, the rule "
                                           "matches nobody"));
    if (rule.id == overflow_id)
        from.faults().warning(from.line_of(key),
                              who + " is number 65534, which the kernel also uses for ids that it can't map: "
                                    "the rule matches nobody");
}

/// Reads the user, group or unit of the rule. False after a report.
bool read_subject(const config_section& from, access_rule& rule, bool denies, const name_resolver& names) {
    auto given =
        std::count_if(std::begin(subjects), std::end(subjects), [&](auto key) { return from.has(key); });
    auto meant = [&](auto key) { return !from.lacks(key); };
    if (given == 0 && std::any_of(std::begin(subjects), std::end(subjects), meant))
        return false; // reported: misspelt
    if (given != 1) {
        from.faults().error(from.line(),
                            from.path() + " must have exactly one of `user`, `group` and `unit`");
        return false;
    }
    const auto* key =
        std::find_if(std::begin(subjects), std::end(subjects), [&](auto each) { return from.has(each); });
    auto name = from.text(*key);
    if (!name) return false;
    rule.who = static_cast<subject>(key - std::begin(subjects));
    rule.name = *name;
    if (rule.who == subject::unit) {
        if (is_unit(*name)) return true;
        from.faults().error(from.line_of(*key), "`unit` must be a unit's full name, such as backup.service");
        return false;
    }
    rule.id = parse_id(*name);
    if (!rule.id) rule.id = rule.who == subject::user ? names.user(*name) : names.group(*name);
    check_number(from, *key, rule, denies, names);
    return true;
}

/// `defaults` are the verbs of a rule without `verbs`, and `means` is their description in messages.
verb_set read_verbs(const config_section& from, verb_set defaults, const char* means) {
    const yaml_node* list = from.find("verbs");
    if (list == nullptr) return defaults;
    auto items = read_list(*list, "`verbs`", from.faults());
    if (items.empty() && list->type == yaml_node::kind::list)
        from.faults().error(list->line,
                            std::string("`verbs` is empty: remove it for ") + means + ", or remove the rule");
    verb_set verbs = 0;
    for (const yaml_node& item : items) {
        auto word = read_text(item, "a verb", 64, from.faults());
        if (!word) continue;
        const auto& known = config_keys::words::verbs;
        const auto* found = std::find(known.begin(), known.end(), *word);
        if (found == known.end())
            from.faults().error(item.line, unknown_word_message("verb", *word, known));
        else
            verbs |= 1U << (found - known.begin());
    }
    return verbs;
}

/// The scope names that a rule may use, including those whose scope has a fault that is reported elsewhere.
std::vector<std::string_view> scope_names(const config_section& from, const identity_config& identity) {
    std::vector<std::string_view> names;
    for (const named_scope& each : identity.scopes) names.push_back(each.name);
    const yaml_node* scopes = from.find("scopes");
    if (scopes == nullptr || scopes->type != yaml_node::kind::map) return names;
    for (std::size_t i = 0; i < scopes->children.size(); i += 2)
        if (is_name(scopes->children[i].text)) names.push_back(scopes->children[i].text);
    return names;
}

/// A scope that a rule spells out: the name of the configured scope with the same target, else its canonical
/// text.
std::optional<std::string> spelled_scope(const std::string& text, const identity_config& identity) {
    auto spelled = parse_scope(text, identity.auth.project_domain);
    if (!spelled) return std::nullopt;
    auto is_it = [&](const named_scope& each) { return each.target == *spelled; };
    auto configured = std::find_if(identity.scopes.begin(), identity.scopes.end(), is_it);
    return configured != identity.scopes.end() ? configured->name : to_string(*spelled);
}

std::vector<std::string> read_scope_names(const config_section& from, const identity_config& identity,
                                          std::span<const std::string_view> names) {
    const yaml_node* list = from.find("scopes");
    if (list == nullptr) return {};
    auto items = read_list(*list, "`scopes`", from.faults());
    if (items.empty() &&
        list->type == yaml_node::kind::list) // the daemon would read it as all scopes, a person as none
        from.faults().error(list->line,
                            "`scopes` is empty: remove it to mean all scopes, or remove the rule");
    std::vector<std::string> made;
    for (const yaml_node& item : items) {
        auto text = read_text(item, "a scope", 300, from.faults());
        if (!text) continue;
        if (std::find(names.begin(), names.end(), *text) != names.end())
            made.push_back(*text);
        else if (auto spelled = spelled_scope(*text, identity))
            made.push_back(std::move(*spelled));
        else
            from.faults().error(item.line, unknown_word_message("scope", *text, names) + unlisted_scope);
    }
    return made;
}

} // namespace

std::vector<access_rule> read_rules(const config_section& from, std::string_view key,
                                    const identity_config& identity, const name_resolver& names) {
    std::vector<access_rule> rules;
    const yaml_node* list = from.find(key);
    if (list == nullptr) return rules;
    std::string path = from.path() + "." + std::string(key);
    std::vector<std::string_view> scopes = scope_names(from, identity);
    const bool denies = key == "deny"; // a `deny` without verbs denies all of them
    auto items = read_list(*list, "`" + std::string(key) + "`", from.faults());
    for (const yaml_node& item : items) {
        config_section each(item, "a rule of " + path, config_keys::rule, from.faults());
        if (item.type != yaml_node::kind::map) continue;
        access_rule rule{.line = item.line};
        bool sound = read_subject(each, rule, denies, names);
        rule.scopes = read_scope_names(each, identity, scopes);
        rule.verbs = denies ? read_verbs(each, all_verbs, "all verbs")
                            : read_verbs(each, access_rule{}.verbs, "get and report");
        if (sound) rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace tokenward
