// See access.hpp.
#include "daemon/core/access.hpp"

#include "daemon/core/resolve.hpp"

#include <algorithm>

namespace tokenward {
namespace {

bool is_superuser(const caller& who, unsigned own_uid) {
    auto uid = who.uid();
    return uid && (*uid == 0 || *uid == own_uid);
}

bool is_subject(const access_rule& rule, const caller& who) {
    switch (rule.who) {
    case access_rule::subject::user: return rule.id && who.uid() == rule.id;
    case access_rule::subject::group: return rule.id && who.in_group(*rule.id);
    case access_rule::subject::unit: return !rule.name.empty() && who.unit() == rule.name;
    }
    return false;
}

bool covers(const access_rule& rule, const identity_config& identity, std::string_view scope_name,
            const scope& target) {
    if (rule.scopes.empty()) return true;
    return std::any_of(rule.scopes.begin(), rule.scopes.end(), [&](const std::string& text) {
        if (text == scope_name) return true;
        auto spelled = parse_scope(text, project_domain(identity.auth));
        return spelled && *spelled == target;
    });
}

// The first rule of `rules` that speaks of this caller, scope and verb. The subject is asked last: it may
// cost I/O.
const access_rule* matching(const std::vector<access_rule>& rules, const caller& who,
                            const identity_config& identity, std::string_view scope_name, const scope& target,
                            verb what) {
    auto match = [&](const access_rule& rule) {
        return (rule.verbs & static_cast<verb_set>(what)) != 0 &&
               covers(rule, identity, scope_name, target) && is_subject(rule, who);
    };
    auto found = std::find_if(rules.begin(), rules.end(), match);
    return found == rules.end() ? nullptr : &*found;
}

} // namespace

access_decision may(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what) {
    if (!who.uid()) return {};
    if (is_superuser(who, own_uid)) return {.allowed = true};
    if (const auto* rule = matching(identity.deny, who, identity, scope_name, target, what))
        return {false, rule};
    const auto* rule = matching(identity.allow, who, identity, scope_name, target, what);
    return {rule != nullptr, rule};
}

bool may_see(const caller& who, unsigned own_uid, const identity_config& identity) {
    if (!who.uid()) return false;
    if (is_superuser(who, own_uid)) return true;
    auto denied_all = [&](const access_rule& rule) {
        return rule.scopes.empty() && rule.verbs == 7 && is_subject(rule, who);
    };
    if (std::any_of(identity.deny.begin(), identity.deny.end(), denied_all)) return false;
    return std::any_of(identity.allow.begin(), identity.allow.end(),
                       [&](const access_rule& r) { return is_subject(r, who); });
}

} // namespace tokenward
