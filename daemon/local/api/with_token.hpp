// A token for a handler: at once if it is held, else when the service has it.
#pragma once

#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/exchange.hpp"

#include <string>
#include <utility>

namespace tokenward::local {

/// A token for a caller at this moment, and whose it is. Lives as long as the call that it is passed to.
struct token_to_give : served_token {
    moment now;
    entry_id scope_in_use;
    std::string_view identity;
    std::string_view scope;
    bool at_once = false; ///< it was held already
};

/// The bytes that answer a get of this token. Valid until the next call.
inline const std::shared_ptr<token_answer>& answers_of(const environment& around, const token_to_give& t) {
    return around.answers->of(t.scope_in_use, {t.identity, t.scope}, t.value);
}

/// A caller whose answer comes later: it may have gone by then, and the rules may have changed.
struct late_caller {
    late_caller(const call& c, const open_scope& scope, verb_set needed);

    /// Its connection if it is still there and may do what it asked for, under the rules of now and with the
    /// token that came (null = none, then the one that is held); else null, and a caller who may not has been
    /// told so.
    std::shared_ptr<exchange> arrive(const moment& now, const credential* came) const;
    /// The token that came for it.
    token_to_give give(const served_token& came, const moment& now) const noexcept {
        return {came, now, x_scope, x_identity, x_name};
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
    std::uint64_t x_rules; // under which it was let in
    verb_set x_needed;
};

/// The held token is given away. REQUIRES: it may be served.
inline token_to_give give_held(const call& c, open_scope& scope) noexcept {
    c.around.service.used(scope.id, c.now.boot);
    return {std::move(scope.held), c.now, scope.id, scope.identity, scope.name(), true};
}

/// For handlers to which it makes no difference how a wait failed.
struct no_matter {
    void operator()(const late_caller& /*who*/, const problem& /*error*/) const noexcept {}
};

/// The handler of a wait: passes the token on to `then`, or the error to the caller; nothing if the caller
/// has gone. A caller who had to do all of `needed` is judged by what the token says of itself, and anew if
/// the rules have changed meanwhile. `failed` is told of the service's error before the caller is.
template <class Then, class Failed = no_matter>
token_service::token_handler when_it_comes(const call& c, const open_scope& scope, verb_set needed, Then then,
                                           Failed failed = {}) {
    return [who = late_caller(c, scope, needed), then = std::move(then),
            failed = std::move(failed)](const result<served_token>& got) {
        who.guarded([&] {
            const moment now = who.around.service.now();
            auto connection = who.arrive(now, got ? got->value.get() : nullptr);
            if (!connection) return;
            if (!got) {
                failed(who, got.error());
                return connection->answer(build_problem(got.error(), now.wall, who.head));
            }
            then(*connection, who.give(*got, now));
        });
    };
}

/// Whether the held token may be given at once to a caller who wants it so.
inline bool is_served(const open_scope& scope, const get_request& wanted, instant now) noexcept {
    return scope.is_served && scope.held.expires - now >= wanted.min_ttl;
}

/// Calls `then(exchange&, token_to_give)` with a token for a caller who may get it, or answers the error.
/// `then` is copied if the token has to be waited for: it must own what it uses.
template <class Then>
void with_token(const call& c, open_scope& scope, Then then) {
    if (is_served(scope, {}, c.now.boot)) return then(c.connection, give_held(c, scope));
    auto done = when_it_comes(c, scope, can_get, std::move(then));
    c.connection.awaits(c.around.service.get(scope.id, {}, std::move(done), c.by()));
}

} // namespace tokenward::local
