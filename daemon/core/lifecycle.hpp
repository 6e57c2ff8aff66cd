// The life of one key's credential as a state machine: events and the time go in, what to do next comes out.
#pragma once

#include "daemon/core/fetch_result.hpp"
#include "daemon/core/kept_state.hpp"
#include "daemon/core/refused_scopes.hpp"
#include "daemon/core/renewal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// Names one fetch or validation; a result that comes with a forgotten ticket is dropped. 0 = none.
using ticket = std::uint64_t;

/// What a caller asks for beyond "a token".
struct get_request {
    std::chrono::seconds min_ttl{0};   ///< valid at least so long
    std::chrono::seconds max_wait{30}; ///< how long the caller is willing to wait
};

enum class step_kind {
    serve,       ///< `served` is good: give it
    start_fetch, ///< start the fetch `id`, then wait for its result
    wait,        ///< a fetch is under way, or due within the caller's max_wait
    fail,        ///< `error` is the answer
};

/// What to do next for a caller who wants a token.
struct step {
    step_kind kind = step_kind::fail;
    const credential* served = nullptr; ///< valid until the next call that is not const
    ticket id = 0;
    problem error{};
};

enum class report_result {
    nothing_held,     ///< there is no token to refuse
    already_replaced, ///< the refused token is not the current one
    invalidated,      ///< the current token is gone
    damped,   ///< kept: the IAM was asked a moment ago and did not say that it is dead, the caller is over a
              ///< limit, or the daemon is shutting down
    validate, ///< ask the IAM about the token first: `id`
    wait_validation, ///< a validation is under way: `id`
};

/// What a caller's report that a service refused the token may cause.
enum class report_effect {
    login,     ///< the first report in a while is believed, and the token is replaced
    validation ///< the IAM is asked first, always
};

/// What became of a caller's report that a service refused the token.
struct report_step {
    report_result kind = report_result::nothing_held;
    ticket id = 0;
    std::chrono::seconds retry_after{0}; ///< with damped
};

enum class due_kind { nothing, fetch, validate, retire };

/// A key's state as a person sees it.
enum class key_state { fetching, valid, renewing, stale, waiting, failed, rejected, passcode };

/// One key in a status report.
struct key_status {
    key_state state = key_state::waiting;
    const credential* held = nullptr;     ///< valid until the next call that is not const
    instant expires = never;              ///< of `held`
    std::optional<instant> renews = {};   ///< when the next renewal is due
    std::optional<instant> next_try = {}; ///< after a failure, if there will be one by itself
    const problem* last_error = nullptr;  ///< of the last fetch, if it failed
    instant failed_at{};
};

/// REQUIRES of all members: `now` never goes back.
class lifecycle {
  public:
    /// Configured keys are renewed ahead of time; others are fetched when asked for and retire when nobody
    /// asks.
    explicit lifecycle(bool configured, instant now) noexcept : x_configured(configured), x_asked(now) {}

    /// `fresh` is used as the ticket if a fetch is to start.
    step get(const get_request& wanted, instant now, ticket fresh);
    /// A fetch whether or not the token is good (POST …/renew); at most one in 10 s.
    step renew(instant now, ticket fresh);
    /// What get(), renew() and report() would come to, without their effects. Lets the service turn a
    /// caller away before anything is sent. The steps have no `id`.
    step would_get(const get_request& wanted, instant now) const;
    step would_renew(instant now) const;
    report_result would_report(std::string_view fingerprint, instant now) const noexcept;
    /// The answer to a caller who waited for the fetch that just brought a token. It is served even if the
    /// IAM took so long that less than min_ttl is left: there is no better one.
    step after_fetch(const get_request& wanted, instant now) const;

    /// The held credential if it may be served at once, or null. Counts as use.
    const credential* serveable(instant now) noexcept {
        if (!usable(now)) return nullptr;
        x_asked = now;
        return x_held.get();
    }

    enum class fetch_outcome { dropped, token, failed };
    /// The result of a fetch. `jitter` in [0, 1).
    fetch_outcome fetched(ticket id, fetch_result result, instant now, double jitter);

    /// A service refused the token with this fingerprint (empty = whichever is current). After an answer of
    /// the IAM there is no further validation for 5 s.
    report_step report(std::string_view fingerprint, instant now, ticket fresh,
                       report_effect may = report_effect::login);
    /// The IAM's answer on the token that a report_step had validated.
    report_step validated(ticket id, validity verdict, instant now);

    /// What the passing of time asks for; `fresh` as in get.
    due_kind due(instant now, ticket fresh);
    /// When due() should be called next.
    instant next_deadline(instant now) const noexcept;

    /// Nobody waits any more: what failed is tried again when it is due anyway, or when asked for.
    void abandoned() noexcept { x_wanted_until = instant::min(); }
    /// The secret changed: what was held back by retry_rule::rearm is due now.
    void rearm(instant now) noexcept;
    /// The machine was paused (CLOCK_REALTIME ran ahead of CLOCK_BOOTTIME): everything is renewed at once.
    void clock_jumped(instant now) noexcept;
    /// The IAM said what time it is: ends the token if the IAM's clock is past its expiry. A date that is
    /// more than a year off is ignored.
    void observe_iam_clock(wall_time iam_now, instant now) noexcept;

    /// What outlives a restart; its renewal is due when it was.
    kept_life keep() const;
    /// Takes up what keep() gave before the restart. REQUIRES: nothing is held or under way, and the times
    /// are of this boot (select_kept).
    void restore(kept_life kept, instant now) noexcept;

    /// A failure to answer with after this entry is evicted; recall() puts it into the new entry.
    std::optional<remembered_failure> remembered(instant now) const;
    void recall(remembered_failure before);

    void configure(bool configured) noexcept { x_configured = configured; }
    /// How often the IAM is asked whether the held token still lives, though nobody has refused it; 0 =
    /// never.
    void validate_every(duration pause, instant now) noexcept;
    bool configured() const noexcept { return x_configured; }
    /// May be evicted: not configured, nobody waits, nothing under way.
    bool evictable(instant now) const noexcept {
        return !x_configured && x_fetch == 0 && x_wanted_until < now;
    }
    ticket fetch_under_way() const noexcept { return x_fetch; }
    ticket validation_under_way() const noexcept { return x_validation; }
    /// When the IAM was last asked about a token of this key; `instant::min()`: never.
    instant last_validation() const noexcept { return x_last_validation; }
    const credential_ptr& held() const noexcept { return x_held; }
    /// After a failure: no fetch begins before this (`never`: not before rearm()).
    std::optional<instant> held_back_until() const noexcept {
        return x_failure ? std::optional(x_next_try) : std::nullopt;
    }
    key_status status(instant now) const noexcept;

  private:
    bool usable(instant now) const noexcept { return x_held != nullptr && x_expires - now >= expiry_margin; }
    bool backing_off(instant now) const noexcept { return x_failure.has_value() && x_next_try > now; }
    enum class purpose { token, min_ttl, forced };
    step start(ticket fresh, purpose why = purpose::token) noexcept;
    step held_back(const get_request& wanted, instant now) const;
    step would_freshen(const get_request& wanted, instant now) const;
    void accept(credential_ptr fresh, instant now, double jitter);
    void failed(fetch_failure failure, instant now, double jitter);
    report_step invalidate(instant now);
    report_step replace_dead(instant now);
    report_step damp(instant now) noexcept;
    void drop_expired(instant now) noexcept;
    /// What the passing of time asks for, if nothing else happens; `never`: it does not. due(),
    /// next_deadline() and status() follow from it.
    struct schedule {
        instant end = never;        // the held credential is not served any more, and is wiped
        instant fetch = never;      // a fetch begins
        instant validation = never; // the IAM is asked whether the held one lives
        bool retires = false;       // nobody asks for it: at the time of `fetch` it retires instead
        bool retries = false;       // that fetch repeats one that failed
    };
    schedule plan(instant now) const noexcept;
    instant renewal_due() const noexcept;
    bool retry_awaited() const noexcept { return x_failure && x_wanted_until >= x_next_try; }
    bool wanted() const noexcept { return x_configured || retry_awaited(); }

    bool x_configured;

    // the held credential and its times
    credential_ptr x_held;
    instant x_expires{};
    instant x_renew_at{};
    duration x_granted_lifetime{}; // as last seen; 0 = not known

    // the fetch under way and what failed before it
    ticket x_fetch = 0;
    std::optional<fetch_failure> x_failure;
    unsigned x_failures = 0;
    instant x_next_try = instant::min();
    instant x_failed_at{};

    // who asks
    instant x_asked;
    instant x_wanted_until = instant::min();
    std::optional<instant> x_last_min_ttl; // when a get with min_ttl last brought a new token
    purpose x_purpose = purpose::token;    // of the fetch under way
    std::optional<instant> x_last_renew;   // when a forced renewal last brought a new token

    // refusals
    unsigned x_refused_in_row = 0; // generations refused before the current one
    std::string x_refused;         // the fingerprint of the last one
    instant x_last_refusal{};
    ticket x_validation = 0;
    // For the validation under way: if the token is alive, later reports are not damped. True if no report
    // caused it, or only one whose caller is over its limit.
    bool x_routine = false;
    instant x_last_validation = instant::min();
    instant x_damped_until = instant::min();

    // validation without a refusal
    duration x_validate_pause{0};
    instant x_validate_at = never;
};

} // namespace tokenward
