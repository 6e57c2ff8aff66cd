// Carries out what the cache decides: starts fetches, sleeps until the next deadline, wakes those who wait.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/counters.hpp"
#include "daemon/core/keeper.hpp"
#include "daemon/core/kept_state.hpp"
#include "daemon/core/password_notice.hpp"
#include "daemon/core/request_limits.hpp"
#include "daemon/core/resolve.hpp"
#include "daemon/core/token_cache.hpp"
#include "daemon/core/token_source.hpp"
#include "daemon/core/waiting_callers.hpp"
#include "daemon/core/work_shares.hpp"
#include "daemon/service/running_task.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tokenward {

/// What became of a caller's word that a token is no good.
struct refusal_outcome {
    refusal_kind kind = refusal_kind::nothing_held; ///< never validate or wait_validation
    std::optional<std::string> current{};           ///< the fingerprint of the token held now, if any
    std::chrono::seconds retry_after{0};            ///< with damped
    std::optional<problem> over_limit{}; ///< with damped: the caller is over a limit, and nothing happened
};

/// The tokens of all identities, for as long as the daemon runs. One thread: that of `executor`.
///
/// Handlers are called at most once, from within the call that takes them or later from the executor; after
/// cancel() or the service's end they are not called. They must not throw. They may call the service, but for
/// configure() and restore(); references to entries are void after a call that may evict some, see open(). A
/// fetch belongs to the service and not to the caller: who gives up disturbs nobody else.
class token_service {
  public:
    using token_handler = std::function<void(result<token_ptr>)>;
    using refusal_handler = std::function<void(refusal_outcome)>;
    using passcode_handler = std::function<void(result<void>)>;

    /// What the service needs from outside; what is referred to must outlive it.
    struct parts {
        boost::asio::any_io_executor executor;
        const clock& time;
        std::function<double()> jitter; ///< in [0, 1)
        std::function<std::shared_ptr<token_source>(const identity_config&)> make_source;
        keeper* keep = nullptr; ///< null: nothing outlives a restart
    };

    explicit token_service(parts p);
    ~token_service();
    token_service(const token_service&) = delete;
    token_service& operator=(const token_service&) = delete;

    /// What was held before a restart; only what may be used (select_kept). To be called at most once, and
    /// before the first configure(), which takes it up: what is held then need not be fetched.
    void restore(kept_state good);
    /// What is to outlive a restart, as it stands now. Whose it is has no digest yet (kept_owner::login).
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
    /// The entry of a key that is in use, or null: the hit path's one look-up. `scope_text` must be the shown
    /// name.
    cache_entry* find(std::string_view identity, std::string_view scope_text) noexcept {
        return x_cache.find({identity, scope_text});
    }
    /// The token that may be served at once, or null. Allocates nothing.
    const token* serveable(cache_entry& entry, instant now) noexcept { return x_cache.serveable(entry, now); }
    /// The entry of a resolved scope, made if need be. It is valid until it makes room for another one (the
    /// next open() of its identity), is retired (tick()) or taken out of the configuration. Errors:
    /// too_many_requests.
    result<cache_entry*> open(const identity_config& identity, const resolved_scope& wanted,
                              const requester& by = {});

    /// A token as `wanted`. Errors: those of the fetch, bad_request (min_ttl), too_many_requests, timeout
    /// (max_wait). Of on-demand scopes, a caller can have so many fetched at a time (work_shares), and no
    /// more; and whoever brings about what the tokens' lives don't ask for can do so only so often
    /// (request_limits), as with the other calls that take a requester.
    wait_id get(cache_entry& entry, const get_request& wanted, token_handler done, const requester& by = {});
    /// Another token than the one that is held: at once if none is. `done` gets null when `wait` is over and
    /// nothing has changed, at a reload (the rules may have), and at a shutdown. An invalidation is held
    /// through until there is a new token or no hope of one within `wait`. Errors: those of get();
    /// iam_unavailable if the token expires without a successor.
    wait_id watch(cache_entry& entry, std::chrono::seconds wait, token_handler done,
                  const requester& by = {});
    /// A new token, whatever is held. Errors: those of the fetch, too_many_requests.
    wait_id renew(cache_entry& entry, token_handler done, const requester& by = {});
    /// A service refused the token with this fingerprint (empty: the current one, whichever it is).
    wait_id refuse(cache_entry& entry, std::string_view fingerprint, refusal_handler done,
                   const requester& by = {});
    /// A person's MFA passcode for an identity: on success everything that waited for it is fetched.
    /// Errors: those of token_source::give_passcode, too_many_requests. REQUIRES: there is such an identity.
    wait_id give_passcode(std::string_view identity, secret passcode, passcode_handler done,
                          const requester& by = {});
    /// The caller is gone: its handler is not called any more.
    void cancel(wait_id id) noexcept;

    /// Everything that is held, for /v1/status. Entries are valid as open() says.
    struct row {
        const cache_entry* entry;
        key_status status;
    };
    std::vector<row> status(std::string_view identity) const;
    moment now() const { return x_parts.time.now(); }

    /// What has happened since the start; the local side counts here too.
    counters& counts() noexcept { return x_counts; }
    const counters& counts() const noexcept { return x_counts; }
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
    void stop();

    /// What the timer does: whatever is due by now. For tests that step the clock.
    void tick();
    /// After an exception has escaped from the service (std::bad_alloc): ends fetches and callers' waits that
    /// have no end any more, and sets the timer anew. To be called from outside of any handler.
    void recover();
    /// Whether the timer runs, and has not been overdue for longer than a busy event loop explains.
    bool is_on_time() const;

  private:
    struct unkept {
        refusal_handler done;
        refusal_outcome outcome;
    };
    struct refusal_waiter {
        std::uint64_t entry;
        ticket question; // whose answer settles it
        refusal_handler done;
        std::optional<problem> over_limit;        // set: within the limits it would have been believed
        std::optional<refusal_outcome> outcome{}; // decided, and yet to be told
    };
    struct refusal_charge {
        std::optional<refusal_right> may = refusal_right::login; // none: nothing is to happen
        std::optional<problem> over_limit{};
    };
    using answer_function = std::function<result<token_ptr>(const waiter&)>;
    struct telling {
        waiting_callers::crowd who;
        waits_for what;
        answer_function answer;
    };
    struct running_fetch : running_task {
        std::uint64_t entry = 0;
        requester by{}; // as in waiter
        instant since{};
        bool counted = false; // in x_shares
        bool ended = false;   // its result has come, and may have been lost to an exception
    };

    wait_id carry_out(cache_entry& entry, step next, waiter fresh);
    result<void> charge(std::string_view identity, const requester& by);
    result<void> check_limits(std::string_view identity, const requester& by);
    result<void> say_if_over(result<void> within, std::string_view identity, const requester& by);
    result<void> charge_get(const cache_entry& entry, const get_request& wanted, const requester& by);
    refusal_charge charge_refusal(const cache_entry& entry, refusal_kind kind, const requester& by);
    bool has_share(const cache_entry& entry, const get_request& wanted, const requester& by) const;
    wait_id add_waiter(const cache_entry& entry, waiter fresh);
    token_handler take_waiter(wait_id id) noexcept;
    void tell_soon(std::uint64_t entry, waits_for what, answer_function answer);
    void tell();
    std::vector<wait_id> those_without_hope(cache_entry& entry, instant next_try);
    void let_watchers_wait(cache_entry& entry);
    void end_watch(wait_id id, instant now);
    void end_watches();
    static problem too_much_at_once();
    static problem shutting_down();
    void drop_waiters(std::uint64_t entry, const problem& why);
    get_request wish_of_waiters(const cache_entry& entry) const;
    void restart_for_waiters(cache_entry& entry);
    void after_refusal(cache_entry& entry, ticket fetch_before, refusal_kind kind);
    void time_out_waiters(instant now);

    void start_fetch(cache_entry& entry, ticket id);
    void spawn_fetch(cache_entry& entry, ticket id);
    void cancel_fetch(ticket id);
    void count_fetch(const std::string& identity, const running_fetch& ended, const fetch_result& result);
    void count_answered(std::string_view identity, ticket question, refusal_kind kind) noexcept;
    void count_word(std::string_view identity, refusal_kind kind) noexcept;
    void end_fetch(ticket id, const std::string& identity, fetch_result result);
    void wake_with_token(cache_entry& entry);
    void wake_with_failure(cache_entry& entry);
    void start_validation(cache_entry& entry, ticket id);
    void validation_not_begun(const cache_entry& entry, ticket id) noexcept;
    void end_validation(ticket id, const std::string& identity, validation answer);
    void end_passcode(wait_id id, const std::string& identity, bool is_current, result<void> said);
    void answer_refusals(ticket question, const refusal_outcome& outcome);
    void end_question(const cache_entry& entry, ticket question);
    void drop_refusals(std::uint64_t entry);
    void take_up();
    void keep_soon();
    void take_wall_offset(duration offset);
    void answer_unkept();
    wait_id answer_when_kept(wait_id id, refusal_outcome outcome, refusal_handler done);
    void check_password(const std::string& identity, const token& fresh, wall_time iam_now);
    void observe_clock(const std::string& identity, const std::optional<wall_time>& iam_date);

    result<cache_entry*> open_unseen(const identity_config& identity, const resolved_scope& wanted,
                                     const requester& by);
    void update_entries(const identity_config& identity);
    void forget(cache_entry& entry, const problem& why);
    void forget_all(std::string_view identity, const problem& why);
    void begin_anew(std::string_view identity);
    void restart_for_waiters(const identity_config& identity);

    void arm();
    void drop_lost_refusals();
    void recover_soon() noexcept;
    void recover_if_due();
    void check_wall_clock(const moment& at);
    void check_credentials(instant now);

    parts x_parts;
    config x_config;
    std::uint64_t x_generation = 0;
    token_cache x_cache;
    counters x_counts;
    std::map<std::string, std::shared_ptr<token_source>, std::less<>> x_sources; // by identity

    // callers who wait
    wait_id x_next_wait = 1;
    waiting_callers x_callers;
    work_shares x_shares;
    request_limits x_limits;
    instant x_limit_told = instant::min(); // when the log last told of one that was reached
    std::map<wait_id, refusal_waiter> x_refusal_waiters;
    std::map<wait_id, unkept> x_unkept; // their answers are known, and are given when these can't get lost
    std::map<wait_id, passcode_handler> x_passcode_waiters;

    // those whose answers are decided: told last, when no list of entries or callers is being gone through
    std::deque<telling> x_tellings; // its crowds end before x_callers
    std::deque<wait_id> x_refusals_to_tell;
    bool x_is_telling = false;

    // work under way
    std::map<ticket, std::shared_ptr<running_fetch>> x_running;
    std::map<ticket, std::shared_ptr<running_task>> x_validating;
    std::map<wait_id, std::shared_ptr<running_task>> x_passcodes; // also those that nobody waits for any more
    std::set<std::string, std::less<>> x_rejected;                // identities whose credential was refused
    instant x_credentials_checked{};
    std::map<std::string, password_notice> x_password_notices; // by identity: what has been said

    boost::asio::steady_timer x_timer;
    instant x_timer_at = never;
    std::optional<duration> x_wall_offset; // CLOCK_REALTIME − CLOCK_BOOTTIME as last seen
    std::optional<duration> x_kept_offset; // as last seen worth keeping
    kept_state x_restored{};               // until the first configure()
    bool x_recover_due = false;            // there was no memory even to say so
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true); // late completions look here first
};

} // namespace tokenward
