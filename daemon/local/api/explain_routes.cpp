// GET /v1/explain/{identity}/{scope}: which rule lets a caller in or keeps it out.
#include "daemon/core/explanation.hpp"
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/peer/process_caller.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <limits>

namespace tokenward::local {
namespace {

namespace json = boost::json;

struct named_verb {
    std::string_view name;
    verb what;
};
constexpr std::array every_verb{named_verb{"get", verb::get}, named_verb{"report", verb::report},
                                named_verb{"manage", verb::manage}};

json::value describe(const std::optional<rule_place>& place) {
    if (!place) return nullptr;
    return json::object{{"list", place->list}, {"index", place->index}, {"file_line", place->line}};
}

// `allowed`, `because` and `rule` speak of `get`, which most people mean; `decisions` of every verb.
std::string describe(const environment& around, const caller& who, const identity_config& identity,
                     const resolved_scope& scope) {
    const credential_ptr held = around.service.held(identity.name, scope.name);
    json::array verbs;
    json::array decisions;
    explanation first;
    for (const named_verb& each : every_verb) {
        explanation why =
            explain(who, around.own_uid, identity, scope.name, scope.target, each.what, held.get());
        if (why.allowed) verbs.emplace_back(each.name);
        decisions.push_back(json::object{{"verb", each.name},
                                         {"allowed", why.allowed},
                                         {"because", why.because},
                                         {"rule", describe(why.rule)}});
        if (each.what == verb::get) first = std::move(why);
    }
    json::object answer{{"identity", identity.name},        {"scope", scope.name},
                        {"allowed", first.allowed},         {"because", first.because},
                        {"rule", describe(first.rule)},     {"verbs", std::move(verbs)},
                        {"decisions", std::move(decisions)}};
    answer["uid"] = who.uid() ? json::value(*who.uid()) : json::value(nullptr);
    return json::serialize(answer);
}

// Of the process that is named, for those who manage the scope; else of the caller itself, if it may see the
// identity at all: who may not learns no more than from any other request.
result<std::string> explanation_for(const call& c) {
    const std::optional<std::string_view> named = c.path.parameter_named("pid");
    const auto pid = c.path.number("pid", 0);
    if (!pid) return pid.error();
    if (named && (*pid == 0 || *pid > std::uint64_t{std::numeric_limits<pid_t>::max()}))
        return problem{errc::bad_request, "pid is not the number of a process"};
    if (named) {
        auto allowed = admit(c, can_manage);
        if (!allowed) return allowed.error();
        auto process = process_caller::of(static_cast<pid_t>(*pid), c.now.boot, c.around.directory);
        if (!process) return process.error();
        return describe(c.around, *process, *allowed->identity, allowed->scope);
    }
    const caller& who = c.connection.who();
    const identity_config* identity = c.around.service.identity(c.path.segments()[2]);
    if (identity == nullptr || !may_see(who, c.around.own_uid, *identity)) {
        auto allowed = admit(c, all_verbs); // it asked about itself, and not to manage anything
        if (!allowed) return allowed.error();
        return describe(c.around, who, *allowed->identity, allowed->scope);
    }
    auto scope = resolve_scope(*identity, c.path.segments()[3]);
    if (!scope) return scope.error();
    return describe(c.around, who, *identity, *scope);
}

} // namespace

void explain_access(const call& c) {
    constexpr std::array<std::string_view, 1> known{"pid"};
    if (auto good = c.path.allow_only(known); !good) return c.fail(good.error());
    auto text = explanation_for(c);
    if (!text) return c.fail(text.error());
    c.connection.answer(build_json(*text, c.now.wall, c.head()));
}

} // namespace tokenward::local
