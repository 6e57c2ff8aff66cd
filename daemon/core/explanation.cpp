// See explanation.hpp.
#include "daemon/core/explanation.hpp"

#include <algorithm>
#include <functional>

namespace tokenward {
namespace {

std::string_view word(access_rule::subject who) {
    switch (who) {
    case access_rule::subject::user: return "user";
    case access_rule::subject::group: return "group";
    case access_rule::subject::unit: break;
    }
    return "unit";
}

std::string_view word(verb what) {
    switch (what) {
    case verb::get: return "get";
    case verb::report: return "report";
    case verb::manage: break;
    }
    return "manage";
}

void append(std::string& list, std::string_view item) {
    if (!list.empty()) list += ", ";
    list += item;
}

std::optional<rule_place> place_in(const std::vector<access_rule>& list, std::string_view name,
                                   const access_rule* rule) {
    const std::less<> before;
    const bool inside =
        !list.empty() && !before(rule, list.data()) && before(rule, list.data() + list.size());
    if (!inside) return std::nullopt;
    return rule_place{name, static_cast<std::size_t>(rule - list.data()) + 1, rule->line};
}

bool speaks_of_units(const identity_config& identity) {
    auto is_unit = [](const access_rule& rule) { return rule.who == access_rule::subject::unit; };
    return std::any_of(identity.allow.begin(), identity.allow.end(), is_unit);
}

// Nothing fits: what the caller was taken for.
std::string no_rule(const caller& who, const identity_config& identity, std::string_view scope_name,
                    verb what) {
    std::string text = "no rule of `allow` gives ";
    text += word(what);
    text += " on scope ";
    text += scope_name;
    text += " to uid " + std::to_string(*who.uid());
    if (!speaks_of_units(identity)) return text;
    const std::string_view unit = who.unit();
    text += unit.empty() ? ", which runs in no unit that could be told" : ", unit ";
    return text.append(unit);
}

} // namespace

std::string text_of(const access_rule& rule) {
    std::string scopes;
    for (const std::string& one : rule.scopes) append(scopes, one);
    std::string verbs;
    for (verb one : {verb::get, verb::report, verb::manage})
        if ((rule.verbs & static_cast<verb_set>(one)) != 0) append(verbs, word(one));
    std::string text = "{";
    text.append(word(rule.who)).append(": ").append(rule.name);
    if (!scopes.empty()) text += ", scopes: [" + scopes + "]";
    return text + ", verbs: [" + verbs + "]}";
}

explanation explain(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what) {
    const access_decision decision = may(who, own_uid, identity, scope_name, target, what);
    explanation made{.allowed = decision.allowed};
    if (!who.uid()) {
        made.because = "the kernel does not tell who this is";
    } else if (decision.rule == nullptr) {
        if (!decision.allowed)
            made.because = no_rule(who, identity, scope_name, what);
        else
            made.because =
                *who.uid() == 0 ? "root may do everything" : "the daemon's own user may do everything";
    } else {
        made.rule = place_in(identity.deny, "deny", decision.rule);
        if (!made.rule) made.rule = place_in(identity.allow, "allow", decision.rule);
        made.because = std::string(made.rule->list) + " rule " + std::to_string(made.rule->index);
        if (made.rule->line != 0) made.because += ", line " + std::to_string(made.rule->line);
        made.because += ": " + text_of(*decision.rule);
    }
    return made;
}

} // namespace tokenward
