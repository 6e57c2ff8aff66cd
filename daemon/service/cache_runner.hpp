// Carries out what the cache decides: starts fetches and questions, takes their results, and has those told
// who wait for them.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/callers.hpp"
#include "daemon/core/counters.hpp"
#include "daemon/core/token_cache.hpp"
#include "daemon/core/wall_offset.hpp"
#include "daemon/service/caller_limits.hpp"
#include "daemon/service/deadline_timer.hpp"
#include "daemon/service/fetches.hpp"
#include "daemon/service/refusals.hpp"
#include "daemon/service/sources.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// The state of the service, and what goes on by itself among its parts. Handlers are called by tell() alone,
/// and whoever decides something calls it last: so no handler runs while an entry or a queue is being
/// changed. tell() may destroy entries: use no reference to one after it. One thread.
class cache_runner {
  public:
    // The parts that the service asks and changes too.
    token_cache cache;
    callers waiting;
    refusals reports; ///< that a token is no good
    sources upstream;
    caller_limits limits;
    counters counts;
    wall_offset clocks;

    using passcode_handler = std::function<void(result<void>)>;

    /// What is referred to outlives this.
    struct dependencies {
        boost::asio::any_io_executor executor;
        const clock& time;
        std::function<double()> jitter; ///< in [0, 1)
        sources::maker make_source;
        keeper& keep;
    };

    explicit cache_runner(dependencies from);
    ~cache_runner() { *x_alive = false; }
    cache_runner(const cache_runner&) = delete;
    cache_runner& operator=(const cache_runner&) = delete;

    moment now() const { return x_needs.time.now(); }

    /// Does what the cache has decided for a caller: its handler is called, or it waits. 0: called.
    wait_id carry_out(cache_entry& entry, step next, waiting_caller caller);
    /// The caller watches the token that is held. REQUIRES: one is, and it may be served; watches_until is
    /// set.
    wait_id watch_held(const cache_entry& entry, waiting_caller caller);
    /// A report within the caller's rights. `from` has no entry and no question yet.
    wait_id report(cache_entry& entry, std::string_view fingerprint, report_effect may,
                   refusals::report from);
    /// A person's passcode. REQUIRES: there is such an identity.
    wait_id give_passcode(std::string_view identity, secret passcode, passcode_handler done);
    /// The caller is gone: its handler is not called any more.
    void cancel(wait_id id) noexcept;

    /// Whoever still waits for the entry's token has it fetched.
    void fetch_for_waiting(cache_entry& entry);
    /// The identity logs in otherwise from now on: what it holds is worth nothing, but who waits wants a
    /// token still.
    void begin_anew(std::string_view identity);
    /// The fetch of an entry that is about to be forgotten.
    void cancel_fetch(const cache_entry& entry) { x_fetches.cancel(entry.life().fetch_under_way()); }
    /// The entry is gone: whoever waits is to be told.
    void entry_gone(entry_id id, const problem& why);

    /// Calls the handlers whose answers are decided; they may call back. From within a handler it does
    /// nothing: the call that is under way does the rest.
    void tell();
    /// Does what is due by now.
    void tick();
    /// After an exception has escaped: ends what was begun and has no end any more. Not from within a
    /// handler.
    void recover();
    /// Ends what is under way, and tells all who wait.
    void stop();
    bool stopped() const noexcept { return x_stopped; }
    bool is_on_time() const { return x_stopped || x_timer.is_on_time(); }

  private:
    void start_fetch(cache_entry& entry, ticket id);
    void end_fetch(ticket id, const std::string& identity, fetch_result result);
    void count_fetch(std::string_view identity, instant since, const fetch_result& result, bool unwanted);
    void token_came(cache_entry& entry, std::optional<wall_time> iam_now);
    void fetch_failed(cache_entry& entry);
    void replace_invalidated(cache_entry& entry, ticket fetch_before);
    void start_validation(cache_entry& entry, ticket id);
    void end_validation(ticket id, const std::string& identity, validation answer);
    void end_passcode(wait_id id, const std::string& identity, bool is_current, result<void> said);
    void count_settled(std::string_view identity, ticket question, report_result kind) noexcept;
    void check_clock_jump(const moment& at);
    void end_waits(instant now);
    void end_watch(const callers::waiter& watcher, instant now);
    void arm();
    void recover_soon() noexcept;

    dependencies x_needs;
    wait_id x_next_wait = 1; // one number for all who wait, whatever for
    bool x_is_telling = false;
    bool x_recover_due = false; // there was no memory even to say so
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true); // late completions look here first
    std::map<wait_id, passcode_handler> x_passcode_waiters;
    fetches x_fetches; // has shares of `waiting`
    deadline_timer x_timer;
};

/// The answer to all who ask at the end.
problem shutting_down();

void count_report(identity_counters& of, report_result kind) noexcept;

} // namespace tokenward
