// Decides by an identity's rules: `deny` before `allow`, scope by scope.
#include "daemon/core/access.hpp"

#include "daemon/core/resolve.hpp"
#include "daemon/core/scope_match.hpp"

#include <algorithm>

namespace tokenward {
namespace {

bool is_superuser(const caller& who, unsigned own_uid) {
    auto uid = who.uid();
    return uid && (*uid == 0 || *uid == own_uid);
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

// Whether a token may be for a scope as rules name it. False only if the token itself names another scope.
bool may_be_for(const credential& held, const identity_config& identity, const std::string& text) {
    for (const named_scope& each : identity.scopes)
        if (each.name == text) return compare_scope(held, each.target) != scope_agreement::contradicts;
    const auto spelled = parse_scope(text, project_domain(identity.auth));
    return !spelled || compare_scope(held, *spelled) != scope_agreement::contradicts;
}

bool has_verb(const access_rule& rule, verb what) {
    return (rule.verbs & static_cast<verb_set>(what)) != 0;
}

// The first rule that denies the verb. The subject is judged last: it may cost I/O.
access_decision denial(const identity_config& identity, const caller& who, std::string_view scope_name,
                       const scope& target, verb what, const credential* held) {
    for (const access_rule& rule : identity.deny) {
        if (!has_verb(rule, what)) continue;
        const bool asked = covers(rule, identity, scope_name, target);
        const bool by_token =
            !asked && held != nullptr &&
            std::any_of(rule.scopes.begin(), rule.scopes.end(),
                        [&](const std::string& text) { return may_be_for(*held, identity, text); });
        if (!asked && !by_token) continue;
        const finding subject = judge_subject(rule, who);
        switch (subject.is) {
        case answer::no: continue;
        case answer::unknown:
        case answer::yes: break; // `unknown` is a match for `deny`
        }
        return {.rule = &rule, .why = subject.why, .by_token = by_token};
    }
    return {};
}

bool is_denied_by(const access_rule& rule, const caller& who) {
    return judge_subject(rule, who).is != answer::no;
}

// The verbs that `deny` takes from the caller on a scope, named as in rules; empty = on every scope.
verb_set denied_on(const std::string& scope, const std::vector<access_rule>& deny, const caller& who) {
    verb_set denied = 0;
    for (const access_rule& rule : deny) {
        bool here = rule.scopes.empty() ||
                    std::find(rule.scopes.begin(), rule.scopes.end(), scope) != rule.scopes.end();
        if (here && (denied & rule.verbs) != rule.verbs && is_denied_by(rule, who)) denied |= rule.verbs;
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
                    std::string_view scope_name, const scope& target, verb what, const credential* held) {
    if (!who.uid() || !who.is_shown(identity.name)) return {};
    if (is_superuser(who, own_uid)) return {.allowed = true};
    const access_decision denied = denial(identity, who, scope_name, target, what, held);
    if (denied.rule != nullptr) return denied;
    for (const access_rule& rule : identity.allow)
        if (has_verb(rule, what) && covers(rule, identity, scope_name, target) && is_proven(rule, who))
            return {.allowed = true, .rule = &rule};
    return {};
}

bool depends_on_token(const identity_config& identity) noexcept {
    return std::any_of(identity.deny.begin(), identity.deny.end(),
                       [](const access_rule& rule) { return !rule.scopes.empty(); });
}

bool may_see(const caller& who, unsigned own_uid, const identity_config& identity) {
    if (!who.uid() || !who.is_shown(identity.name)) return false;
    if (is_superuser(who, own_uid)) return true;
    return std::any_of(identity.allow.begin(), identity.allow.end(), [&](const access_rule& rule) {
        return is_proven(rule, who) && leaves_something(rule, identity.deny, who);
    });
}

} // namespace tokenward
