// Compares the subject of a rule with a caller: a user, a group or a unit.
#include "daemon/core/access_subject.hpp"

#include <algorithm>

namespace tokenward {
namespace {

constexpr finding is_not{answer::no, doubt::none};
constexpr finding is_proved{answer::yes, doubt::none};

constexpr finding may_be(doubt why) {
    return {answer::unknown, why};
}

bool is_unresolved(const access_rule& rule) {
    return !rule.id; // its name has no uid or gid, or none yet
}

// --- user rules

finding judge_owner(const access_rule& rule, const id_owner& owner) {
    const bool same_name = !owner.user.empty() && owner.user == rule.name;
    if (same_name || (rule.id && owner.uid == rule.id)) return may_be(doubt::owner);
    const bool told_apart = rule.id ? owner.uid.has_value() : !owner.user.empty();
    return told_apart ? is_not : may_be(doubt::owner_unknown);
}

template <class Judge>
finding judge_owners(const caller_facts& facts, Judge judge) {
    if (!facts.owners_known) return may_be(doubt::owner_unknown);
    finding worst = is_not;
    for (const id_owner& owner : facts.owners) {
        const finding one = judge(owner);
        if (one.is == answer::no) continue;
        if (one.why == doubt::owner) return one;
        worst = one;
    }
    return worst;
}

finding judge_user(const access_rule& rule, const caller& who) {
    if (rule.id && who.uid() == rule.id) return is_proved;
    const auto facts = who.facts();
    if (facts == nullptr) return may_be(is_unresolved(rule) ? doubt::no_number : doubt::owner_unknown);
    if (is_unresolved(rule) && (!facts->has_names || facts->user.empty() || facts->user == rule.name))
        return may_be(doubt::no_number);
    return judge_owners(*facts, [&](const id_owner& owner) { return judge_owner(rule, owner); });
}

// --- group rules

bool tells_apart(const access_rule& rule, const std::vector<named_group>& groups) {
    return std::none_of(groups.begin(), groups.end(),
                        [&](const named_group& each) { return each.name.empty() || each.name == rule.name; });
}

finding judge_group_owner(const access_rule& rule, const id_owner& owner) {
    if (!owner.groups) return may_be(doubt::owner_unknown);
    if (is_unresolved(rule)) return tells_apart(rule, *owner.groups) ? is_not : may_be(doubt::no_number);
    const bool member = std::any_of(owner.groups->begin(), owner.groups->end(),
                                    [&](const named_group& each) { return each.gid == *rule.id; });
    return member ? may_be(doubt::owner) : is_not;
}

finding judge_group(const access_rule& rule, const caller& who) {
    if (rule.id && who.in_group(*rule.id)) return is_proved;
    const auto facts = who.facts();
    if (facts == nullptr) return may_be(is_unresolved(rule) ? doubt::no_number : doubt::owner_unknown);
    if (is_unresolved(rule) && (!facts->has_names || !tells_apart(rule, facts->groups)))
        return may_be(doubt::no_number);
    const finding of_owners =
        judge_owners(*facts, [&](const id_owner& owner) { return judge_group_owner(rule, owner); });
    if (of_owners.is != answer::no) return of_owners;
    return who.may_hide_groups() ? may_be(doubt::groups_hidden) : is_not;
}

finding judge_unit(const access_rule& rule, const caller& who) {
    const auto unit = who.unit();
    if (!unit) return may_be(doubt::unit_unreadable);
    return !unit->empty() && *unit == rule.name ? is_proved : is_not;
}

} // namespace

bool is_proven(const access_rule& rule, const caller& who) {
    switch (rule.who) {
    case access_rule::subject::user: return rule.id && who.uid() == rule.id;
    case access_rule::subject::group: return rule.id && who.in_group(*rule.id);
    case access_rule::subject::unit: break;
    }
    const auto unit = who.unit();
    return unit && !unit->empty() && *unit == rule.name;
}

finding judge_subject(const access_rule& rule, const caller& who) {
    switch (rule.who) {
    case access_rule::subject::user: return judge_user(rule, who);
    case access_rule::subject::group: return judge_group(rule, who);
    case access_rule::subject::unit: break;
    }
    return judge_unit(rule, who);
}

std::string_view text_of(doubt why) noexcept {
    switch (why) {
    case doubt::none: break;
    case doubt::owner:
        return "the caller has a subordinate uid or gid of that user, or of a member of that group";
    case doubt::owner_unknown: return "the owner of the caller's subordinate uid or gid is not known";
    case doubt::groups_hidden:
        return "the caller's groups may be hidden: its user namespace is another one or can't be read";
    case doubt::unit_unreadable: return "the caller's unit can't be read";
    case doubt::no_number:
        return "the name has no number yet, and nothing tells the caller's own numbers from it";
    }
    return {};
}

} // namespace tokenward
