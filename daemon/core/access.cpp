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

// What `deny` takes from the caller on a scope as rules name it; empty = on every scope.
verb_set denied_on(const std::string& scope, const std::vector<access_rule>& deny, const caller& who) {
    verb_set denied = 0;
    for (const access_rule& rule : deny) {
        bool here = rule.scopes.empty() ||
                    std::find(rule.scopes.begin(), rule.scopes.end(), scope) != rule.scopes.end();
        if (here && (denied & rule.verbs) != rule.verbs && is_subject(rule, who)) denied |= rule.verbs;
    }
    return denied;
}

bool leaves_something(const access_rule& allowed, const std::vector<access_rule>& deny, const caller& who) {
    auto is_left = [&](const std::string& scope) {
        return (allowed.verbs & ~denied_on(scope, deny, who)) != 0;
    };
    if (allowed.scopes.empty()) return is_left({});
    return std::any_of(allowed.scopes.begin(), allowed.scopes.end(), is_left);
}

} // namespace

access_decision may(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what) {
    if (!who.uid() || !who.is_shown(identity.name)) return {};
    if (is_superuser(who, own_uid)) return {.allowed = true};
    if (const auto* rule = matching(identity.deny, who, identity, scope_name, target, what))
        return {false, rule};
    const auto* rule = matching(identity.allow, who, identity, scope_name, target, what);
    return {rule != nullptr, rule};
}

bool may_see(const caller& who, unsigned own_uid, const identity_config& identity) {
    if (!who.uid() || !who.is_shown(identity.name)) return false;
    if (is_superuser(who, own_uid)) return true;
    return std::any_of(identity.allow.begin(), identity.allow.end(), [&](const access_rule& rule) {
        return is_subject(rule, who) && leaves_something(rule, identity.deny, who);
    });
}

} // namespace tokenward
