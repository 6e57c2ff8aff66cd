// Words an access decision: the rule, its subject, and why a doubt counted.
#include "daemon/core/explanation.hpp"

#include "daemon/core/access_subject.hpp"

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

bool has_unit_rules(const identity_config& identity) {
    auto is_unit = [](const access_rule& rule) { return rule.who == access_rule::subject::unit; };
    return std::any_of(identity.allow.begin(), identity.allow.end(), is_unit);
}

// No rule matches: says what is known of the caller.
std::string no_rule(const caller& who, const identity_config& identity, std::string_view scope_name,
                    verb what) {
    std::string text = "no rule of `allow` gives ";
    text += word(what);
    text += " on scope ";
    text += scope_name;
    text += " to uid " + std::to_string(*who.uid());
    if (!has_unit_rules(identity)) return text;
    const auto unit = who.unit();
    if (!unit) return text + ", whose unit can't be read";
    if (unit->empty()) return text + ", which runs in no unit";
    return text.append(", unit ").append(*unit);
}

// Why a rule applies although it does not name this caller or scope; and what is judged later.
std::string remarks(const access_decision& decision, const identity_config& identity,
                    const credential* held) {
    std::string text;
    if (decision.why != doubt::none) text.append("; it holds because ").append(text_of(decision.why));
    if (decision.by_token) text += "; its scope is, or may be, the one that the token itself names";
    if (decision.allowed && held == nullptr && depends_on_token(identity))
        text += "; `deny` is judged again by what the token says, when there is one";
    return text;
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

std::optional<rule_place> place_of(const identity_config& identity, const access_rule& rule) {
    auto place = place_in(identity.deny, "deny", &rule);
    return place ? place : place_in(identity.allow, "allow", &rule);
}

std::string text_of(const rule_place& place) {
    std::string text = std::string(place.list) + " rule " + std::to_string(place.index);
    if (place.line != 0) text += ", line " + std::to_string(place.line);
    return text;
}

std::vector<std::string> unresolved_rules(const identity_config& identity) {
    std::vector<std::string> lines;
    auto add = [&](const std::vector<access_rule>& list, std::string_view what) {
        for (const access_rule& rule : list)
            if (rule.who != access_rule::subject::unit && !rule.id)
                lines.push_back(text_of(*place_of(identity, rule)) + ": " + std::string(word(rule.who)) +
                                " `" + rule.name + "` has no " +
                                (rule.who == access_rule::subject::user ? "uid" : "gid") + ": " +
                                std::string(what));
    };
    add(identity.allow, "until it has one, the rule matches nobody");
    add(identity.deny, "until it has one, the rule holds for all callers whose own numbers have no name");
    return lines;
}

explanation explain(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what, const credential* held) {
    const access_decision decision = may(who, own_uid, identity, scope_name, target, what, held);
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
        made.rule = place_of(identity, *decision.rule);
        made.because =
            text_of(*made.rule) + ": " + text_of(*decision.rule) + remarks(decision, identity, held);
    }
    return made;
}

} // namespace tokenward
