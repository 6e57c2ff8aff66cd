// The tokens of all identities, as the local side sees them.
//
// A call is judged here (limits, shares), decided by core's token_cache, and carried out by cache_runner,
// which joins the parts: `callers` (who waits, for what, and who is told next), `fetches` (all coroutines
// towards the IAM), `refusals` (reports that wait for the IAM's answer, and answers that wait to be kept),
// `sources` (each identity's way to its IAM) and one timer. The parts do not know each other. What a token
// is, how it is got and how it is shown is for sources and the local side to know: a new way to log in or a
// new endpoint changes nothing here.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/kept_state.hpp"
#include "daemon/core/resolve.hpp"
#include "daemon/service/cache_runner.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// A scope in use, as it is at one moment.
struct used_scope {
    entry_id id = 0;
    served_token held{};    ///< value null: nothing is held
    bool is_served = false; ///< the held token may be handed out at once
};

/// The same for people: a row of /v1/status.
struct scope_status {
    resolved_scope scope;
    key_state state = key_state::waiting;
    credential_ptr held{};               ///< null: there is none that may be served
    instant expires = never;             ///< of `held`
    std::optional<instant> renews{};     ///< when the next renewal is due
    std::optional<instant> next_try{};   ///< after a failure, if there will be one by itself
    std::optional<problem> last_error{}; ///< of the last fetch, if it failed
    instant failed_at{};
};

/// The tokens of all identities, for as long as the daemon runs. One thread: that of `executor`.
///
/// Handlers are called at most once, from within the call that takes them or later from the executor; after
/// cancel() or the service's end they are not called. They must not throw. They may call the service, but for
/// configure() and restore(). What is asked of a scope that is no longer in use fails with iam_unavailable.
/// A fetch belongs to the service and not to the caller: who gives up disturbs nobody else.
class token_service {
  public:
    using token_handler = std::function<void(result<served_token>)>;
    using refusal_handler = refusals::handler;
    using passcode_handler = cache_runner::passcode_handler;

    /// What the service needs from outside; what is referred to must outlive it.
    struct parts {
        boost::asio::any_io_executor executor;
        const clock& time;
        std::function<double()> jitter; ///< in [0, 1)
        std::function<std::shared_ptr<token_source>(const identity_config&)> make_source;
        keeper* keep = nullptr; ///< null: nothing outlives a restart
    };

    explicit token_service(parts p);
    ~token_service() = default;
    token_service(const token_service&) = delete;
    token_service& operator=(const token_service&) = delete;

    /// What was held before a restart; only what may be used (select_kept). To be called at most once, and
    /// before the first configure(), which takes it up: what is held then need not be fetched.
    void restore(kept_state good);
    /// What is to outlive a restart, as it stands now. kept_owner::login is filled in by the keeper.
    kept_state keep() const;

    /// Takes up a configuration, at the start and at each reload. Identities whose login is unchanged keep
    /// their tokens; of the others everything is forgotten, and who waits for it is answered. Configured
    /// scopes are fetched.
    void configure(config wanted);
    const config& configuration() const noexcept { return x_config; }
    /// Grows with each configure(): what was derived from the rules before is void.
    std::uint64_t generation() const noexcept { return x_generation; }

    /// The identity with this name, or null. Valid until the next configure().
    const identity_config* identity(std::string_view name) const noexcept;
    /// The scope with this name if it is in use: the hit path's one look-up of names. `scope_text` must be
    /// the shown name. Allocates nothing.
    std::optional<used_scope> find(std::string_view identity, std::string_view scope_text,
                                   instant now) noexcept;
    /// The token that it holds, even if that may not be served any more; null: none.
    credential_ptr held(std::string_view identity, std::string_view scope_text) noexcept;
    /// The held token is handed out: the scope is kept for as long as somebody asks for it. Allocates
    /// nothing.
    void used(entry_id scope, instant now) noexcept;
    /// A resolved scope, taken into use if need be. It is in use until it is evicted by another one of its
    /// identity, is retired or taken out of the configuration. Errors: too_many_requests.
    result<used_scope> open(const identity_config& identity, const resolved_scope& wanted,
                            const requester& by = {});

    /// A token as `wanted`. Errors: those of the fetch, bad_request (min_ttl), too_many_requests, timeout
    /// (max_wait). A caller can have a limited number of on-demand scopes fetched at a time (work_shares).
    /// Fetches that no renewal needs are rate-limited per caller (request_limits), as with the other calls
    /// that take a requester.
    wait_id get(entry_id scope, const get_request& wanted, token_handler done, const requester& by = {});
    /// Another token than the one that is held: at once if none is. `done` gets none when `wait` is over and
    /// nothing has changed, at a reload (the rules may have), and at a shutdown. After an
    /// invalidation the watch waits for the new token until `wait` is over, or until a fetch has failed and
    /// the next one would come later. Errors: those of get(); iam_unavailable if the token expires without a
    /// successor.
    wait_id watch(entry_id scope, std::chrono::seconds wait, token_handler done, const requester& by = {});
    /// A new token, whatever is held. Errors: those of the fetch, too_many_requests.
    wait_id renew(entry_id scope, token_handler done, const requester& by = {});
    /// A caller reports that a service refused the token with this fingerprint (empty: the current one,
    /// whichever it is).
    wait_id report(entry_id scope, std::string_view fingerprint, refusal_handler done,
                   const requester& by = {});
    /// A person's MFA passcode for an identity: on success everything that waited for it is fetched.
    /// Errors: those of token_source::give_passcode, too_many_requests. REQUIRES: there is such an identity.
    wait_id give_passcode(std::string_view identity, secret passcode, passcode_handler done,
                          const requester& by = {});
    /// The caller is gone: its handler is not called any more.
    void cancel(wait_id id) noexcept { x_runner.cancel(id); }

    /// All scopes of an identity that are in use, in the order in which they came to be.
    std::vector<scope_status> status(std::string_view identity) const;
    moment now() const { return x_runner.now(); }

    /// What has happened since the start; the local side counts here too.
    counters& counts() noexcept { return x_runner.counts; }
    const counters& counts() const noexcept { return x_runner.counts; }
    /// Callers who wait at this moment.
    struct queue_lengths {
        std::size_t waiting;  ///< for a token
        std::size_t watching; ///< for a token to change
    };
    queue_lengths queues() const noexcept;
    /// What the lockout guard holds against an identity's user; nothing, if there is no such identity.
    login_standing standing(std::string_view identity) const;

    /// Answers all who wait (iam_unavailable, "shutting down"), cancels what is under way. Nothing may be
    /// asked after.
    void stop() {
        if (!x_runner.stopped()) x_runner.stop();
    }

    /// What the timer does: whatever is due by now. For tests that step the clock.
    void tick() { x_runner.tick(); }
    /// After an exception has escaped from the service (std::bad_alloc): ends fetches and callers' waits that
    /// have no end any more, and sets the timer anew. To be called from outside of any handler.
    void recover() { x_runner.recover(); }
    /// Whether the timer runs, and has not been overdue for longer than a busy event loop explains.
    bool is_on_time() const { return x_runner.is_on_time(); }

  private:
    result<cache_entry*> in_use(entry_id scope) noexcept;
    result<void> admit(const cache_entry& entry, const get_request& wanted, const requester& by);
    result<cache_entry*> open_untold(const identity_config& identity, const resolved_scope& wanted,
                                     const requester& by, instant now);
    void take_up_scopes(const identity_config& identity);
    void take_up_kept();
    void forget(cache_entry& entry, const problem& why);

    keeper& x_keep;
    config x_config;
    std::uint64_t x_generation = 0;
    kept_state x_restored{}; // until the first configure()
    cache_runner x_runner;   // last: what is under way ends first
};

} // namespace tokenward
