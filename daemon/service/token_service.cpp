// See token_service.hpp. Configurations are taken up in token_service_configuration.cpp; callers who wait
// stand in token_service_waiters.cpp, their words against tokens in token_service_refusals.cpp.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr duration longest_sleep =
    60s; // the timer stops in suspend; after it we are late by this much at the most
constexpr duration credential_poll = 1s; // while one is refused
constexpr auto busy = 10s;               // for so long at the most the timer waits for its turn
constexpr duration wall_jump = 10s;      // further apart than that, and the machine was paused

// The coroutines take their parameters by value: the frame outlives whoever spawned it.
asio::awaitable<fetch_result> run_fetch(std::shared_ptr<running_task> as,
                                        std::shared_ptr<token_source> source, scope target,
                                        duration at_least) {
    as->begun = true;
    if (as->cancelled) co_return fetch_result{.outcome = fetch_failure{{errc::iam_unavailable, "cancelled"}}};
    co_return co_await source->fetch(std::move(target), at_least);
}

fetch_result internal_failure(std::exception_ptr error) {
    std::string what = "unknown exception";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        what = e.what();
    } catch (...) {
    }
    return {.outcome = fetch_failure{{errc::internal, "the login failed inside tokenward: " + what}}};
}

} // namespace

token_service::token_service(parts p) : x_parts(std::move(p)), x_timer(x_parts.executor) {
    x_counts.started = now();
}

token_service::~token_service() {
    *x_alive = false;
}

const identity_config* token_service::identity(std::string_view name) const noexcept {
    auto found = std::find_if(x_config.identities.begin(), x_config.identities.end(),
                              [&](const identity_config& i) { return i.name == name; });
    return found == x_config.identities.end() ? nullptr : &*found;
}

result<cache_entry*> token_service::open(const identity_config& identity, const resolved_scope& wanted,
                                         const requester& by) {
    // What can't be fetched takes no place from what is held.
    if (!wanted.configured && x_cache.find({identity.name, wanted.name}) == nullptr &&
        !x_cache.remembers(identity.name, wanted.target, now().boot))
        if (auto within = check_limits(identity.name, by); !within) return within.error();
    auto entry = open_unseen(identity, wanted, by);
    if (!entry) return entry;
    const std::uint64_t id = (*entry)->id();
    tell();
    // Who was told that its scope made room may have had this one make room in its turn.
    if (cache_entry* still = x_cache.find(id)) return still;
    return problem{errc::too_many_requests, "the scope made room for others at once; ask again", 1s};
}

// As open(), but those whose scope made room are told later.
result<cache_entry*> token_service::open_unseen(const identity_config& identity, const resolved_scope& wanted,
                                                const requester& by) {
    std::vector<std::uint64_t> evicted;
    auto entry =
        x_cache.open({identity.name, wanted.name}, wanted.target, wanted.configured, identity.max_scopes,
                     now().boot, evicted, by.privileged ? std::nullopt : by.uid);
    if (entry && (*entry)->life().held() == nullptr)
        x_cache.validate_every(**entry, identity.validate_every, now().boot);
    for (std::uint64_t id : evicted) {
        drop_waiters(id, {errc::iam_unavailable, "the scope made room for others; ask again"});
        drop_refusals(id);
    }
    return entry;
}

// --- fetches

// Whoever waits must have been added before.
void token_service::start_fetch(cache_entry& entry, ticket id) {
    try {
        spawn_fetch(entry, id);
    } catch (...) {
        if (auto begun = x_running.extract(id); !begun.empty() && begun.mapped()->counted)
            x_shares.give_back(begun.mapped()->by, begun.mapped()->entry);
        recover_soon(); // which ends it
        throw;
    }
}

void token_service::spawn_fetch(cache_entry& entry, ticket id) {
    auto running = std::make_shared<running_fetch>();
    running->entry = entry.id();
    running->since = now().boot;
    if (const auto& waiting = x_callers.of(entry.id(), waits_for::fetch); !waiting.empty())
        running->by = waiting.front().caller.by;
    x_running.emplace(id, running);
    x_shares.take(running->by, running->entry);
    running->counted = true;
    log::debug("fetch_started", {.identity = entry.identity(), .scope = entry.scope_name()},
               "asking the IAM for a token");
    auto done = [this, alive = x_alive, running, id, identity = entry.identity()](std::exception_ptr error,
                                                                                  fetch_result r) {
        if (!*alive) return;
        running->ended = true;
        end_fetch(id, identity, error ? internal_failure(error) : std::move(r));
    };
    asio::co_spawn(x_parts.executor,
                   run_fetch(running, x_sources.find(entry.identity())->second, entry.target(),
                             wish_of_waiters(entry).min_ttl),
                   asio::bind_cancellation_slot(running->cancel.slot(), std::move(done)));
}

// Its ticket is forgotten: nobody reads the result, and the next one must not wait behind it.
void token_service::cancel_fetch(ticket id) {
    auto running = x_running.find(id);
    if (running != x_running.end()) running->second->end();
}

void token_service::end_fetch(ticket id, const std::string& identity, fetch_result result) {
    if (auto running = x_running.extract(id); !running.empty()) {
        x_shares.give_back(running.mapped()->by, running.mapped()->entry);
        count_fetch(identity, *running.mapped(), result);
    }
    if (x_stopped) return;
    const auto result_date = result.iam_date;
    cache_entry* entry = x_cache.entry_of(id);
    if (entry == nullptr) return; // forgotten meanwhile: the token dies here
    observe_clock(identity, result_date);
    log::fields about{.identity = identity, .scope = entry->scope_name()};
    bool said = false;
    if (const auto* failure = std::get_if<fetch_failure>(&result.outcome)) {
        about.upstream_status = failure->upstream_status;
        if (failure->retry == retry_rule::rearm) x_rejected.insert(identity);
        const problem* before = entry->life().status(now().boot).last_error;
        said = failure->paced && before != nullptr && before->detail == failure->error.detail;
    }
    const ticket question = entry->life().validation_under_way();
    auto end = x_cache.fetched(id, std::move(result), now().boot, x_parts.jitter());
    if (end.outcome == lifecycle::fetch_outcome::token) {
        x_rejected.erase(identity);
        const token& t = *entry->life().held();
        keep_soon();
        about.fingerprint = t.fingerprint;
        log::info("token_obtained", about, "a token was obtained, valid for {} s",
                  whole_seconds(t.expires() - now().boot).count());
        check_password(identity, t, result_date.value_or(now().wall));
        if (question != 0) end_question(*entry, question);
        wake_with_token(*entry);
    } else if (end.outcome == lifecycle::fetch_outcome::failed) {
        keep_soon(); // of a source that has lost its parent
        const problem& why = *entry->life().status(now().boot).last_error;
        if (!said) // a source that paces itself says the same every other second
            log::warning("fetch_failed", about, "no new token: {}: {}", describe(why.code).name, why.detail);
        wake_with_failure(*entry);
    }
    arm();
    tell();
}

void token_service::check_password(const std::string& identity, const token& fresh, wall_time iam_now) {
    const password_notice notice = notice_of(fresh.password_expires_at, iam_now);
    password_notice& said = x_password_notices[identity];
    if (notice > said)
        log::warning(
            "password_expires", {.identity = identity},
            "the password of user {} expires in {} days: change it where the configuration reads it",
            fresh.user.name,
            std::max<std::int64_t>(
                0,
                std::chrono::floor<std::chrono::days>(between(iam_now, *fresh.password_expires_at)).count()));
    said = notice; // a changed password begins anew
}

void token_service::observe_clock(const std::string& identity, const std::optional<wall_time>& iam_date) {
    if (iam_date) x_cache.observe_iam_clock(identity, *iam_date, now().boot);
}

// --- time

void token_service::tick() {
    if (x_stopped) return;
    recover_if_due();
    moment at = now();
    check_wall_clock(at);
    check_credentials(at.boot);
    time_out_waiters(at.boot);
    auto due = x_cache.take_due(at.boot);
    for (auto& fetch : due.fetches) {
        // The next try, for who waits: it counts, and is made all the same.
        const auto& waiting = x_callers.of(fetch.entry->id(), waits_for::fetch);
        if (!waiting.empty() && !fetch.entry->life().configured())
            (void)x_limits.take(waiting.front().caller.by, fetch.entry->identity(), at.boot);
        start_fetch(*fetch.entry, fetch.id);
    }
    for (auto& asked : due.validations) start_validation(*asked.entry, asked.id);
    for (std::uint64_t id : due.retired) {
        log::debug("scope_retired", {}, "a scope that nobody asks for is no longer renewed");
        drop_waiters(id, {errc::iam_unavailable, "the scope was retired; ask again"});
        drop_refusals(id);
    }
    arm();
    tell();
}

void token_service::arm() {
    if (x_stopped) return;
    instant at = now().boot;
    instant next = std::min(x_cache.next_deadline(), at + longest_sleep);
    if (const auto* first = x_callers.most_impatient()) next = std::min(next, first->until);
    if (!x_rejected.empty()) next = std::min(next, x_credentials_checked + credential_poll);
    if (next == x_timer_at) return;
    auto due = [this, alive = x_alive](boost::system::error_code cancelled) {
        if (cancelled || !*alive) return;
        x_timer_at = never;
        tick();
    };
    try {
        // Rounded up: to wake a nanosecond early is to wake twice.
        x_timer.expires_after(std::max(std::chrono::ceil<std::chrono::milliseconds>(next - at), 0ms));
        x_timer.async_wait(std::move(due));
    } catch (...) {
        recover_soon(); // which sets it
        throw;
    }
    x_timer_at = next;
}

// By the timer's own clock, which stands still in suspend as it does.
bool token_service::is_on_time() const {
    return x_stopped || std::chrono::steady_clock::now() - x_timer.expiry() < busy;
}

void token_service::check_wall_clock(const moment& at) {
    const duration offset = offset_of(at.wall, at.boot);
    const duration ahead = x_wall_offset ? minus(offset, *x_wall_offset) : duration(0);
    if (ahead > wall_jump) {
        log::warning("clock_jumped", {},
                     "the wall clock ran ahead by {} s (a machine that was paused?): all tokens are renewed",
                     whole_seconds(ahead).count());
        x_cache.clock_jumped(at.boot);
    }
    take_wall_offset(offset);
}

void token_service::check_credentials(instant now) {
    if (x_rejected.empty() || now - x_credentials_checked < credential_poll) return;
    x_credentials_checked = now;
    for (auto i = x_rejected.begin(); i != x_rejected.end();) {
        auto source = x_sources.find(*i);
        if (source != x_sources.end() && !source->second->credential_changed()) {
            ++i;
            continue;
        }
        log::info("credential_changed", {.identity = *i}, "the refused credential has changed: trying it");
        x_cache.rearm(*i, now);
        i = x_rejected.erase(i);
    }
}

void token_service::stop() {
    if (x_stopped) return;
    x_stopped = true;
    x_timer.cancel();
    for (auto& [id, running] : x_running) running->end();
    for (auto& [id, running] : x_validating) running->end();
    for (auto& [id, running] : x_passcodes) running->end();
    end_watches();
    while (auto entry = x_callers.any_entry(waits_for::fetch)) drop_waiters(*entry, shutting_down());
    for (const auto& [id, waits] : x_refusal_waiters)
        if (!waits.outcome)
            answer_refusals(waits.question, {.kind = refusal_kind::damped, .retry_after = 1s});
    tell();
    while (!x_passcode_waiters.empty())
        x_passcode_waiters.extract(x_passcode_waiters.begin()).mapped()(shutting_down());
    answer_unkept();
}

} // namespace tokenward
