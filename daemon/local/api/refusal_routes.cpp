// A service does not accept a token: DELETE says so; POST …/report passes on what the service answered, which
// is judged here.
#include "daemon/core/refusal.hpp"
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/audit.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/http/conditional.hpp"
#include "daemon/local/http/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tokenward::local {
namespace {

constexpr verb_set can_refuse = can_get | can_report;

const credential* held_by(const std::optional<open_scope>& scope) noexcept {
    return scope && scope->is_served ? scope->held.value.get() : nullptr;
}

// --- DELETE

response answer_deletion(const refusal_outcome& outcome, bool named, wall_time now) {
    if (outcome.over_limit) return build_problem(*outcome.over_limit, now, false);
    if (outcome.kind == report_result::damped) {
        problem damped{errc::too_many_requests,
                       "kept: the IAM says that it is valid; look at the region and permissions"};
        damped.retry_after = outcome.retry_after;
        return build_problem(damped, now, false);
    }
    // Replaced in the meantime: that fails the condition of a caller who named it; for all others it is gone,
    // as they wanted.
    if (named && outcome.kind == report_result::already_replaced)
        return build_problem({errc::precondition_failed, "the token was replaced in the meantime"}, now,
                             false);
    return build_response({.status = 204}, now);
}

// --- POST …/report

struct report {
    std::string fingerprint;
    int status = 0;
    std::string body{};
};

bool is_fingerprint(std::string_view text) noexcept {
    constexpr std::string_view prefix = "sha256:";
    if (!text.starts_with(prefix) || text.size() != prefix.size() + 16) return false;
    return text.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

problem malformed(std::string_view what) {
    return {errc::bad_request, std::string(what)};
}

result<report> parse_report(std::string_view text) {
    boost::system::error_code error;
    boost::json::value document =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object()) return malformed("the report is no JSON object");
    const boost::json::object& members = document.get_object();
    const auto* fingerprint = members.if_contains("fingerprint");
    const auto* status = members.if_contains("status");
    const auto* body = members.if_contains("body");
    report r;
    if (fingerprint == nullptr || !fingerprint->is_string())
        return malformed("a report has the fingerprint of the token, as a string");
    r.fingerprint = fingerprint->get_string();
    if (!is_fingerprint(r.fingerprint)) return malformed("a fingerprint is sha256: and 16 hex digits");
    if (status == nullptr || !status->is_int64() || status->get_int64() < 100 || status->get_int64() > 599)
        return malformed("a report has the status of the service's answer, 100 to 599");
    r.status = static_cast<int>(status->get_int64());
    if (body != nullptr && !body->is_string()) return malformed("the body in a report is a string");
    if (body != nullptr) r.body = body->get_string();
    return r;
}

response answer_verdict(std::string_view verdict, const std::string* current, wall_time now) {
    boost::json::object document{{"verdict", verdict}, {"fingerprint", nullptr}};
    if (current != nullptr) document["fingerprint"] = *current;
    return build_json(boost::json::serialize(document), now, false);
}

std::string_view verdict_of(report_result kind) noexcept {
    switch (kind) {
    case report_result::invalidated: return "invalidated";
    case report_result::damped: return "damped";
    default: return "already_replaced"; // whatever is held now, it isn't the token of the report
    }
}

// --- both

// Of what never reaches the service, which counts for itself.
void count_here(const call& c, report_verdict how) noexcept {
    c.around.service.counts().of(c.path.segments()[2]).invalidations.add(how);
}

// Whether one of the verbs that let a caller refuse a token is left to it.
result<void> may_see_outcome(const environment& around, const caller& who, std::string_view identity,
                             std::string_view scope) {
    const credential_ptr held = around.service.held(identity, scope);
    auto by_report = admit_again(around, who, identity, scope, can_report, held.get());
    return by_report ? by_report : admit_again(around, who, identity, scope, can_get, held.get());
}

// Passes a refusal on to the service; `then` makes the answer of what came of it.
template <class Then>
void refuse(const call& c, const open_scope& refused, std::string_view fingerprint, Then then) {
    auto done = [later = c.connection.later(), &around = c.around, then, uid = c.connection.who().uid(),
                 identity = std::string(refused.identity), scope = std::string(refused.name()),
                 named = std::string(fingerprint)](const refusal_outcome& outcome) {
        later.guarded([&] {
            auto connection = later.lock();
            if (outcome.kind == report_result::invalidated)
                log_token_refused(connection ? &connection->who() : nullptr, uid, identity, scope, named);
            if (!connection) return;
            const wall_time now = around.service.now().wall;
            // The answer tells of the token that is held now, which may be another one than when it was
            // asked.
            if (auto good = may_see_outcome(around, connection->who(), identity, scope); !good)
                return connection->answer(build_problem(good.error(), now, false));
            connection->answer(then(outcome, now));
        });
    };
    c.connection.awaits(c.around.service.report(refused.id, fingerprint, std::move(done), c.by()));
}

} // namespace

void delete_token(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    auto only_if = conditions::of(c.asked);
    if (!only_if) return c.fail(only_if.error());
    auto scope = find_scope(c, can_refuse);
    if (!scope) return c.fail(scope.error());
    const credential* held = held_by(*scope);
    std::string fingerprint = held == nullptr ? std::string() : held->fingerprint;
    if (only_if->judge(fingerprint) != conditions::verdict::proceed)
        return c.fail({errc::precondition_failed, "the current token is not the one that was named"});
    if (!*scope) return c.connection.answer(build_response({.status = 204}, c.now.wall));
    refuse(c, **scope, fingerprint,
           [named = only_if->has_if_match()](const refusal_outcome& outcome, wall_time now) {
               return answer_deletion(outcome, named, now);
           });
}

void report_refusal(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    auto scope = find_scope(c, can_refuse);
    if (!scope) return c.fail(scope.error());
    if (!choose_media(c.asked, false))
        return c.fail({errc::not_acceptable, "a verdict comes as application/json"});
    if (!is_json(c.asked.first(field::content_type)))
        return c.fail({errc::unsupported_media_type, "a report is application/json"});
    auto said = parse_report(c.asked.body);
    if (!said) return c.fail(said.error());

    const credential* held = held_by(*scope);
    const std::string* current = held == nullptr ? nullptr : &held->fingerprint;
    if (!is_about_the_token({.status = said->status, .body = said->body})) {
        count_here(c, report_verdict::not_about_the_token);
        return c.connection.answer(answer_verdict("not_about_the_token", current, c.now.wall));
    }
    if (!*scope) {
        count_here(c, report_verdict::already_replaced);
        return c.connection.answer(answer_verdict("already_replaced", nullptr, c.now.wall));
    }
    refuse(c, **scope, said->fingerprint, [](const refusal_outcome& outcome, wall_time now) {
        if (outcome.over_limit) return build_problem(*outcome.over_limit, now, false);
        return answer_verdict(verdict_of(outcome.kind), outcome.current ? &*outcome.current : nullptr, now);
    });
}

} // namespace tokenward::local
