// Logs each `deny` that applied without certainty, and lists them for the status.
#include "daemon/local/api/rule_notes.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/access_subject.hpp"
#include "daemon/core/explanation.hpp"

#include <fmt/format.h>

namespace tokenward::local {

void rule_notes::note(std::uint64_t generation, const identity_config& identity,
                      const access_decision& decision, const caller& who) {
    if (decision.rule == nullptr || decision.why == doubt::none) return;
    const auto place = place_of(identity, *decision.rule);
    const auto uid = who.uid();
    if (!place || !uid) return;
    if (generation != x_generation) x_last.clear();
    x_generation = generation;
    if (!x_last.insert_or_assign({identity.name, place->index, decision.why}, *uid).second) return;
    log::warning(
        "denied_unknown", {.identity = identity.name, .peer_uid = uid},
        "{} denied uid {} although it may be meant for somebody else: {}; further cases are not logged",
        text_of(*place), *uid, text_of(decision.why));
}

std::vector<std::string> rule_notes::warnings_of(std::uint64_t generation,
                                                 const identity_config& identity) const {
    std::vector<std::string> warnings = unresolved_rules(identity);
    if (generation != x_generation) return warnings;
    for (const auto& [of, uid] : x_last) {
        const auto& [name, index, why] = of;
        const access_rule* rule = index <= identity.deny.size() ? &identity.deny[index - 1] : nullptr;
        const auto place = rule != nullptr ? place_of(identity, *rule) : std::nullopt;
        if (name != identity.name || !place) continue;
        warnings.push_back(fmt::format("{}: denied callers that could not be identified, last uid {}: {}",
                                       text_of(*place), uid, text_of(why)));
    }
    return warnings;
}

} // namespace tokenward::local
