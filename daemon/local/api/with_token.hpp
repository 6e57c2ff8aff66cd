// A token for a handler: at once if it is held, else when the service has it.
#pragma once

#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/exchange.hpp"

#include <string>
#include <utility>

namespace tokenward::local {

/// A token that may be served now, and whose it is. Lives as long as the call that it is passed to.
struct served_token {
    const token_ptr& value;
    instant expires; ///< when it ceases to be served
    moment now;
    std::uint64_t entry; ///< its id
    std::string_view identity;
    std::string_view scope;
    bool at_once = false; ///< it was held already
};

/// The bytes that answer a get of this token. Valid until the next call.
inline token_answer& answers_of(const environment& around, const served_token& t) {
    return around.answers->of(t.entry, {t.identity, t.scope}, t.value);
}

/// A caller whose answer comes later: it may have gone by then, and the rules may have changed.
struct late_caller {
    late_caller(const call& c, const cache_entry& entry, verb_set needed);

    /// Its connection if it is still there and may do what it asked for, under the rules of now and with the
    /// token that came (null = none, then the one that is held); else null, and a caller who may not has been
    /// told so.
    std::shared_ptr<exchange> arrive(const moment& now, const token* came) const;
    /// A token that came for it. The cache may know an earlier end than the token itself.
    served_token serve(const token_ptr& value, const moment& now) const noexcept;

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
    std::uint64_t x_entry;
    std::string x_identity;
    std::string x_scope;
    std::uint64_t x_rules; // under which it was let in
    verb_set x_needed;
};

/// The token that the entry holds. REQUIRES: it may be served.
inline served_token held_token(const call& c, const cache_entry& entry) noexcept {
    const instant expires = entry.life().status(c.now.boot).expires;
    return {entry.life().held(), expires, c.now, entry.id(), entry.identity(), entry.scope_name(), true};
}

/// For handlers that don't mind how a wait failed.
struct no_matter {
    void operator()(const late_caller& /*who*/, const problem& /*error*/) const noexcept {}
};

/// The handler of a wait: passes the token on to `then`, or the error to the caller; nothing if the caller
/// has gone. A caller who had to do all of `needed` is judged by what the token says of itself, and anew if
/// the rules have changed meanwhile. `failed` is told of the service's error before the caller is.
template <class Then, class Failed = no_matter>
token_service::token_handler when_it_comes(const call& c, const cache_entry& entry, verb_set needed,
                                           Then then, Failed failed = {}) {
    return [who = late_caller(c, entry, needed), then = std::move(then),
            failed = std::move(failed)](const result<token_ptr>& got) {
        who.guarded([&] {
            const moment now = who.around.service.now();
            auto connection = who.arrive(now, got ? got->get() : nullptr);
            if (!connection) return;
            if (!got) {
                failed(who, got.error());
                return connection->answer(build_problem(got.error(), now.wall, who.head));
            }
            then(*connection, who.serve(*got, now));
        });
    };
}

/// Calls `then(exchange&, served_token)` with a token as `wanted` for a caller who may get it, or answers the
/// error, of which `failed` is told. Both are copied if the token has to be waited for: they must own what
/// they use.
template <class Then, class Failed = no_matter>
void with_token(const call& c, cache_entry& entry, const get_request& wanted, Then then, Failed failed = {}) {
    if (c.around.service.serveable(entry, c.now.boot) != nullptr) {
        instant expires = entry.life().status(c.now.boot).expires;
        if (expires - c.now.boot >= wanted.min_ttl) return then(c.connection, held_token(c, entry));
    }
    auto done = when_it_comes(c, entry, can_get, std::move(then), std::move(failed));
    c.connection.awaits(c.around.service.get(entry, wanted, std::move(done), c.by()));
}

} // namespace tokenward::local
