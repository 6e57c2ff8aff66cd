// Asks the access rules whether the caller may use the identity and the scope that a path names.
#include "daemon/local/api/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tokenward::local {
namespace {

std::string_view identity_in(const call& c) {
    return c.path.segments()[2];
}
std::string_view scope_in(const call& c) {
    return c.path.segments()[3];
}

// v1/tokens/IDENTITY/SCOPE…, but v1/identities/IDENTITY/…
bool names_scope(const call& c) {
    return c.path.segments()[1] != "identities";
}

std::string_view verb_phrase(verb_set any_of) {
    if ((any_of & can_get) != 0) return "use";
    return (any_of & can_report) != 0 ? "report on" : "manage";
}

// Contains only what the caller has sent and its uid.
problem denial(const caller& who, verb_set any_of, std::string_view what) {
    auto uid = who.uid();
    std::string name = uid ? fmt::format("uid {}", *uid) : "an unknown caller";
    return {errc::denied, fmt::format("{} may not {} {}", name, verb_phrase(any_of), what)};
}

problem denial(const call& c, verb_set any_of) {
    const std::string scope = names_scope(c) ? fmt::format("/{}", scope_in(c)) : std::string();
    return denial(c.connection.who(), any_of, fmt::format("{}{}", identity_in(c), scope));
}

// The scopes by which a caller can have rights at all: configured ones, those that rules spell out, and
// unscoped, which stands for any other.
std::vector<resolved_scope> scopes_to_judge(const identity_config& identity) {
    std::vector<resolved_scope> scopes;
    for (const named_scope& s : identity.scopes) scopes.push_back({s.name, s.target, true});
    if (!identity.on_demand) return scopes;
    scopes.push_back({"unscoped", scope{}, false});
    for (const access_rule& rule : identity.allow)
        for (const std::string& text : rule.scopes)
            if (auto spelled = resolve_scope(identity, text); spelled && !spelled->configured)
                scopes.push_back(std::move(*spelled));
    return scopes;
}

bool sees_everything(const call& c) {
    const auto& all = c.around.service.configuration().identities;
    const caller& who = c.connection.who();
    return who.uid() && std::all_of(all.begin(), all.end(), [&](const identity_config& identity) {
               return may_see(who, c.around.own_uid, identity);
           });
}

// The hit: the scope by its shown name, if this connection was admitted before under the same rules.
std::optional<used_scope> known_scope(const call& c, verb_set any_of) noexcept {
    auto known = c.around.service.find(identity_in(c), scope_in(c), c.now.boot);
    if (known && !c.connection.permitted().covers(*known, c.around.service.generation(), any_of))
        known.reset();
    return known;
}

// `served`: the token that is or would be served; null: none. Its own scope is judged too.
verb_set verbs_with(const environment& around, const caller& who, const identity_config& identity,
                    const resolved_scope& scope, verb_set wanted, const credential* served) {
    constexpr std::array all{verb::get, verb::report, verb::manage};
    verb_set granted = 0;
    for (verb v : all) {
        if ((wanted & static_cast<verb_set>(v)) == 0) continue;
        const access_decision decision =
            may(who, around.own_uid, identity, scope.name, scope.target, v, served);
        if (decision.allowed) granted |= static_cast<verb_set>(v);
        around.notes->note(around.service.generation(), identity, decision, who);
    }
    return granted;
}

} // namespace

verb_set verbs_of(const environment& around, const caller& who, const identity_config& identity,
                  const resolved_scope& scope, verb_set wanted) {
    return verbs_with(around, who, identity, scope, wanted,
                      around.service.held(identity.name, scope.name).get());
}

bool may_read_names(const call& c, const identity_config& identity) {
    return c.around.for_monitoring || may_see(c.connection.who(), c.around.own_uid, identity);
}

bool may_read_names(const call& c, const identity_config& identity, const resolved_scope& scope) {
    return c.around.for_monitoring || verbs_of(c.around, c.connection.who(), identity, scope, all_verbs) != 0;
}

verb_set verbs_on_some_scope(const environment& around, const caller& who, const identity_config& identity,
                             verb_set wanted) {
    verb_set verbs = 0;
    for (const resolved_scope& s : scopes_to_judge(identity))
        verbs |= verbs_of(around, who, identity, s, wanted);
    return verbs;
}

result<const identity_config*> admit_identity(const call& c, verb_set any_of) {
    const identity_config* identity = c.around.service.identity(identity_in(c));
    if (identity == nullptr && sees_everything(c))
        return problem{errc::unknown_identity, fmt::format("there is no identity {}", identity_in(c))};
    if (identity == nullptr || verbs_on_some_scope(c.around, c.connection.who(), *identity, any_of) == 0)
        return denial(c, any_of);
    return identity;
}

result<admitted> admit(const call& c, verb_set any_of) {
    const identity_config* identity = c.around.service.identity(identity_in(c));
    if (identity == nullptr && sees_everything(c))
        return problem{errc::unknown_identity, fmt::format("there is no identity {}", identity_in(c))};
    const caller& who = c.connection.who();
    if (identity == nullptr) return denial(c, any_of);
    auto scope = resolve_scope(*identity, scope_in(c));
    if (!may_see(who, c.around.own_uid, *identity)) {
        // Called for its side effect: it logs a `deny` that applied without certainty.
        if (scope && !identity->deny.empty()) (void)verbs_of(c.around, who, *identity, *scope, any_of);
        return denial(c, any_of);
    }
    if (!scope) return scope.error();
    verb_set granted = verbs_of(c.around, who, *identity, *scope, any_of);
    if (granted == 0) return denial(c, any_of);
    return admitted{identity, std::move(*scope), granted};
}

result<void> admit_again(const environment& around, const caller& who, std::string_view identity,
                         std::string_view scope, verb_set needed, const credential* token) {
    const identity_config* known = around.service.identity(identity);
    if (known != nullptr) {
        auto resolved = resolve_scope(*known, scope);
        if (resolved && verbs_with(around, who, *known, *resolved, needed, token) == needed) return {};
        if (!resolved && may_see(who, around.own_uid, *known))
            return {}; // the service answers why the scope is gone
    }
    if (known == nullptr && who.uid() && (*who.uid() == 0 || *who.uid() == around.own_uid)) return {};
    return denial(who, needed, fmt::format("{}/{}", identity, scope));
}

result<std::optional<open_scope>> find_scope(const call& c, verb_set any_of) {
    if (auto known = known_scope(c, any_of))
        return open_scope(std::move(*known), identity_in(c), scope_in(c));
    auto permitted = admit(c, any_of);
    if (!permitted) return permitted.error();
    auto used = c.around.service.find(permitted->identity->name, permitted->scope.name, c.now.boot);
    if (!used) return std::optional<open_scope>();
    c.connection.permitted().grant(*used, c.around.service.generation(), permitted->verbs);
    return open_scope(std::move(*used), identity_in(c), std::move(permitted->scope.name));
}

result<open_scope> use_scope(const call& c, verb_set any_of) {
    if (auto known = known_scope(c, any_of))
        return {boost::system::in_place_value, std::move(*known), identity_in(c), scope_in(c)};
    auto permitted = admit(c, any_of);
    if (!permitted) return permitted.error();
    auto used = c.around.service.open(*permitted->identity, permitted->scope, c.by());
    if (!used) return used.error();
    c.connection.permitted().grant(*used, c.around.service.generation(), permitted->verbs);
    return open_scope(std::move(*used), identity_in(c), std::move(permitted->scope.name));
}

} // namespace tokenward::local
