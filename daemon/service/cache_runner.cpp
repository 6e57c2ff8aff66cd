// Fetches, from their start to who is to be told of their result; what is due; and the end.
#include "daemon/service/cache_runner.hpp"

#include "daemon/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {

using namespace std::chrono_literals;

problem shutting_down() {
    return {errc::iam_unavailable, "tokenwardd is shutting down"};
}

cache_runner::cache_runner(dependencies from)
    : reports(from.keep), upstream(std::move(from.make_source)), x_needs(std::move(from)),
      x_fetches(x_needs.executor), x_timer(x_needs.executor, [this] { tick(); }) {
    counts.started = now();
}

// Whoever waits must have been added before.
void cache_runner::start_fetch(cache_entry& entry, ticket id) {
    const instant at = now().boot;
    try {
        log::debug("fetch_started", {.identity = entry.identity(), .scope = entry.scope_name()},
                   "asking the IAM for a token");
        auto done = [this, id, at, identity = entry.identity()](fetch_result r, bool unwanted) {
            count_fetch(identity, at, r, unwanted);
            end_fetch(id, identity, std::move(r));
        };
        x_fetches.fetch(id, upstream.find(entry.identity()), entry.target(),
                        waiting.most_wanted(entry.id(), at).min_ttl,
                        waiting.shares().take(waiting.first_of(entry.id()), entry.id()), std::move(done));
    } catch (...) {
        recover_soon(); // which ends it
        throw;
    }
}

// A cancelled fetch is not counted, unless it returned a token.
void cache_runner::count_fetch(std::string_view identity, instant since, const fetch_result& result,
                               bool unwanted) {
    const login_outcome how = outcome_of(result);
    if (x_stopped || (unwanted && how != login_outcome::granted)) return;
    counts.of(identity).logins.add(how);
    if (how != login_outcome::withheld) counts.fetch_latency.observe(now().boot - since);
}

void cache_runner::end_fetch(ticket id, const std::string& identity, fetch_result result) {
    if (x_stopped) return;
    cache_entry* entry = cache.entry_of(id);
    if (entry == nullptr) return; // the fetch was forgotten meanwhile: its token is dropped
    const auto iam_now = result.iam_date;
    if (iam_now) cache.observe_iam_clock(identity, *iam_now, now().boot);
    unsigned upstream_status = 0;
    bool already_logged = false; // a source that paces itself fails in the same way every other second
    if (const auto* failure = std::get_if<fetch_failure>(&result.outcome)) {
        upstream_status = failure->upstream_status;
        if (failure->retry == retry_rule::rearm) upstream.secret_refused(identity);
        const problem* before = entry->life().status(now().boot).last_error;
        already_logged = failure->paced && before != nullptr && before->detail == failure->error.detail;
    }
    const ticket question = entry->life().validation_under_way();
    const auto end = cache.fetched(id, std::move(result), now().boot, x_needs.jitter());
    if (end.outcome == lifecycle::fetch_outcome::token) {
        x_needs.keep.changed();
        token_came(*entry, iam_now);
        if (question != 0) { // a new token has come while the IAM was asked about the one before
            count_settled(identity, question, report_result::already_replaced);
            reports.settle(question, {.kind = report_result::already_replaced,
                                      .current = entry->life().held()->fingerprint});
        }
    } else if (end.outcome == lifecycle::fetch_outcome::failed) {
        const problem& why = *entry->life().status(now().boot).last_error;
        if (!already_logged)
            log::warning(
                "fetch_failed",
                {.identity = identity, .scope = entry->scope_name(), .upstream_status = upstream_status},
                "no new token: {}: {}", describe(why.code).name, why.detail);
        x_needs.keep.changed(); // the source's own state may have changed too: it may have dropped its parent
        fetch_failed(*entry);
    }
    arm();
    tell();
}

// Each caller is judged when its turn comes: one before it may have had the token refused.
void cache_runner::token_came(cache_entry& entry, std::optional<wall_time> iam_now) {
    const credential_ptr held = entry.life().held();
    upstream.secret_accepted(entry.identity());
    log::info("token_obtained",
              {.identity = entry.identity(), .scope = entry.scope_name(), .fingerprint = held->fingerprint},
              "a token was obtained, valid for {} s", whole_seconds(held->expires() - now().boot).count());
    upstream.warn_of_password_end(entry.identity(), *held, iam_now.value_or(now().wall));
    auto served = [this, id = entry.id(), held](const waiting_caller& each) -> result<served_token> {
        const cache_entry* now_is = cache.find(id);
        if (now_is == nullptr || now_is->life().held() != held)
            return problem{errc::iam_unavailable, "the new token was dropped as it came; ask again", 1s};
        step next = now_is->life().after_fetch(each.wanted, now().boot);
        if (next.kind == step_kind::serve)
            return served_token{held, now_is->life().status(now().boot).expires};
        return std::move(next.error);
    };
    waiting.answer(entry.id(), waits_for::fetch, served);
    waiting.answer(entry.id(), waits_for::change, served);
}

// Those whom the next try comes too late for are told; the others have the cache try again.
void cache_runner::fetch_failed(cache_entry& entry) {
    const instant at = now().boot;
    problem why = *entry.life().status(at).last_error;
    const instant next_try = entry.life().held_back_until().value_or(never);
    if (next_try != never)
        why.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(next_try - at), 1s);
    const std::vector<wait_id> told = waiting.to_be_told_of_failure(entry.id(), next_try);
    bool others_wait = told.size() < waiting.of(entry.id(), waits_for::fetch).size();
    if (others_wait) {
        const get_request until_then{.max_wait = std::chrono::ceil<std::chrono::seconds>(next_try - at)};
        step next = cache.get(entry, until_then, at);
        if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
        others_wait = next.kind != step_kind::fail;
    }
    const auto error = [why](const waiting_caller&) { return result<served_token>(why); };
    if (others_wait)
        for (wait_id id : told) waiting.answer_one(id, error);
    else {
        waiting.answer(entry.id(), waits_for::fetch, error);
        cache.abandoned(entry, at);
    }
}

void cache_runner::arm() {
    if (x_stopped) return;
    instant next = std::min(cache.next_deadline(), upstream.next_secret_check());
    if (const auto* first = waiting.first_to_time_out()) next = std::min(next, first->until);
    try {
        x_timer.set(next, now().boot);
    } catch (...) {
        recover_soon(); // which sets it
        throw;
    }
}

void cache_runner::tick() {
    if (x_stopped) return;
    if (std::exchange(x_recover_due, false)) recover();
    const moment at = now();
    check_clock_jump(at);
    for (const std::string& identity : upstream.changed_secrets(at.boot)) cache.rearm(identity, at.boot);
    end_waits(at.boot);
    auto due = cache.take_due(at.boot);
    for (auto& fetch : due.fetches) {
        // This retry is made for waiting callers: charge it, but never stop it.
        if (waiting.await_fetch(fetch.entry->id()) && !fetch.entry->life().configured())
            limits.charge_anyway(fetch.entry->identity(), waiting.first_of(fetch.entry->id()), at.boot);
        start_fetch(*fetch.entry, fetch.id);
    }
    for (auto& asked : due.validations) start_validation(*asked.entry, asked.id);
    for (entry_id id : due.retired) {
        log::debug("scope_retired", {}, "a scope that nobody asks for is no longer renewed");
        entry_gone(id, {errc::iam_unavailable, "the scope was retired; ask again"});
    }
    arm();
    tell();
}

void cache_runner::begin_anew(std::string_view identity) {
    for (cache_entry* entry : cache.of(identity)) {
        cancel_fetch(*entry);
        cache.begin_anew(*entry, now().boot);
        waiting.watchers_await_fetch(entry->id());
        reports.settle_entry(entry->id());
    }
}

void cache_runner::check_clock_jump(const moment& at) {
    if (const duration ahead = clocks.observe(at); ahead > 0s) {
        log::warning("clock_jumped", {},
                     "the wall clock ran ahead by {} s (a machine that was paused?): all tokens are renewed",
                     whole_seconds(ahead).count());
        cache.clock_jumped(at.boot);
    }
    if (clocks.should_be_kept()) x_needs.keep.changed();
}

void cache_runner::stop() {
    x_stopped = true;
    x_timer.stop();
    x_fetches.cancel_all();
    waiting.end_watches();
    while (auto entry = waiting.any_entry(waits_for::fetch)) waiting.answer_all(*entry, shutting_down());
    reports.stop({.kind = report_result::damped, .retry_after = 1s});
    tell();
    while (!x_passcode_waiters.empty())
        x_passcode_waiters.extract(x_passcode_waiters.begin()).mapped()(shutting_down());
    reports.answer_unkept();
}

} // namespace tokenward
