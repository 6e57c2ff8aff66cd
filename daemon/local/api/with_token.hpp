// A token for a handler: at once if it is held, else when the service has it.
#pragma once

#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/exchange.hpp"

#include <string>
#include <utility>

namespace tokenward::local {

/// A token for a caller at this moment, with its scope and identity. Valid during the call that it is passed
/// to.
struct token_to_give : served_token {
    moment now;
    entry_id scope_in_use;
    std::string_view identity;
    std::string_view scope;
    bool at_once = false; ///< it was held: the caller did not wait
};

/// The bytes that answer a get of this token. Valid until the next call.
inline const std::shared_ptr<token_answer>& answers_of(const environment& around, const token_to_give& t) {
    return around.answers->of(t.scope_in_use, {t.identity, t.scope}, t.value);
}

/// A caller whose answer comes later: it may have gone by then, and the rules may have changed.
struct waiting_caller {
    waiting_caller(const call& c, const open_scope& scope, verb_set needed);

    /// The caller's connection if it is still open, and the current rules and `token` still allow what was
    /// asked for. Else null; a caller that is no longer allowed has been answered. `token`: the new token;
    /// null = there is none, and the held one counts.
    std::shared_ptr<exchange> check_again(const moment& now, const credential* token) const;
    /// `token` for this caller.
    token_to_give with(const served_token& token, const moment& now) const noexcept {
        return {token, now, x_scope, x_identity, x_name};
    }

    const std::string& identity() const noexcept { return x_identity; }
    /// See late_exchange::guarded.
    template <class Work>
    void guarded(Work&& work) const noexcept {
        x_connection.guarded(std::forward<Work>(work));
    }

    const environment& around;
    bool head;

  private:
    late_exchange x_connection;
    entry_id x_scope;
    std::string x_identity;
    std::string x_name;
    std::uint64_t x_rules; // the generation of rules that it was allowed by
    verb_set x_needed;
};

/// The held token, moved out of `scope`. Counts as use. REQUIRES: it may be served.
inline token_to_give take_held(const call& c, open_scope& scope) noexcept {
    c.around.service.used(scope.id, c.now.boot);
    return {std::move(scope.held), c.now, scope.id, scope.identity, scope.name(), true};
}

/// For handlers that do nothing if a wait fails.
struct ignore_failure {
    void operator()(const waiting_caller& /*who*/, const problem& /*error*/) const noexcept {}
};

/// Makes the handler of a wait. It passes the token to `then`, or answers the caller with the error. If the
/// caller has gone it does nothing. The caller must still be allowed all of `needed`: by the token's own
/// scope, and by the rules if they have changed meanwhile. `failed` is called with the service's error first.
template <class Then, class Failed = ignore_failure>
token_service::token_handler on_token(const call& c, const open_scope& scope, verb_set needed, Then then,
                                      Failed failed = {}) {
    return [who = waiting_caller(c, scope, needed), then = std::move(then),
            failed = std::move(failed)](const result<served_token>& got) {
        who.guarded([&] {
            const moment now = who.around.service.now();
            auto connection = who.check_again(now, got ? got->value.get() : nullptr);
            if (!connection) return;
            if (!got) {
                failed(who, got.error());
                return connection->answer(build_problem(got.error(), now.wall, who.head));
            }
            then(*connection, who.with(*got, now));
        });
    };
}

/// Whether the held token may be served at once, with the min_ttl that is wanted.
inline bool is_served(const open_scope& scope, const get_request& wanted, instant now) noexcept {
    return scope.is_served && scope.held.expires - now >= wanted.min_ttl;
}

/// Calls `then(exchange&, token_to_give)` with the scope's token, or answers the error. `then` is copied if
/// the token is not held yet: it must own what it uses.
template <class Then>
void with_token(const call& c, open_scope& scope, Then then) {
    if (is_served(scope, {}, c.now.boot)) return then(c.connection, take_held(c, scope));
    auto done = on_token(c, scope, can_get, std::move(then));
    c.connection.awaits(c.around.service.get(scope.id, {}, std::move(done), c.by()));
}

} // namespace tokenward::local
