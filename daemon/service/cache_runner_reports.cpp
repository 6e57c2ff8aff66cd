// Reports that a service refused a token, the validations that they cause, and passcodes.
#include "daemon/service/cache_runner.hpp"

#include "daemon/base/log.hpp"

#include <utility>

namespace tokenward {

void count_report(identity_counters& of, report_result kind) noexcept {
    switch (kind) {
    case report_result::invalidated: return of.invalidations.add(report_verdict::invalidated);
    case report_result::damped: return of.invalidations.add(report_verdict::damped);
    default: return of.invalidations.add(report_verdict::already_replaced);
    }
}

// An answer settles the reports of all who wait for it. A routine validation, which no report caused, is
// counted only if the token is dead.
void cache_runner::count_settled(std::string_view identity, ticket question, report_result kind) noexcept {
    std::size_t reported = reports.waiting_for(question);
    if (reported == 0 && kind == report_result::invalidated) reported = 1;
    for (; reported != 0; --reported) count_report(counts.of(identity), kind);
}

wait_id cache_runner::report(cache_entry& entry, std::string_view fingerprint, report_effect may,
                             refusals::report from) {
    const ticket fetch = entry.life().fetch_under_way();
    const report_step next = cache.report(entry, fingerprint, now().boot, may);
    const wait_id id = x_next_wait++;
    if (next.kind == report_result::validate || next.kind == report_result::wait_validation) {
        from.entry = entry.id();
        from.question = next.id;
        try {
            reports.wait(id, std::move(from));
        } catch (...) {
            recover_soon(); // which ends the question
            throw;
        }
        if (next.kind == report_result::validate) start_validation(entry, next.id);
        arm();
        return id;
    }
    if (next.kind == report_result::invalidated) {
        log::info("token_invalidated",
                  {.identity = entry.identity(), .scope = entry.scope_name(), .fingerprint = fingerprint},
                  "a service refused the token: dropped");
        replace_invalidated(entry, fetch);
    }
    count_report(counts.of(entry.identity()), next.kind);
    refusal_outcome outcome{.kind = next.kind, .retry_after = next.retry_after};
    if (entry.life().held()) outcome.current = entry.life().held()->fingerprint;
    arm();
    const wait_id waits = reports.answer(id, std::move(outcome), std::move(from.done));
    tell(); // may destroy the entry
    return waits;
}

void cache_runner::start_validation(cache_entry& entry, ticket id) {
    try {
        auto done = [this, id, identity = entry.identity()](validation v) {
            end_validation(id, identity, v);
        };
        x_fetches.validate(id, upstream.find(entry.identity()), entry.life().held(), std::move(done));
    } catch (...) {
        recover_soon(); // which ends it
        throw;
    }
}

void cache_runner::end_validation(ticket id, const std::string& identity, validation answer) {
    if (x_stopped) return;
    cache_entry* asked = cache.entry_of(id);
    if (asked != nullptr && answer.iam_date) // else the IAM may be another one by now
        cache.observe_iam_clock(identity, *answer.iam_date, now().boot);
    const ticket fetch = asked == nullptr ? 0 : asked->life().fetch_under_way();
    const credential_ptr subject = asked == nullptr ? nullptr : asked->life().held();
    auto [entry, next] = cache.validated(id, answer.verdict, now().boot);
    refusal_outcome outcome{.kind = next.kind, .retry_after = next.retry_after};
    count_settled(identity, id, next.kind);
    if (entry != nullptr) {
        if (entry->life().held()) outcome.current = entry->life().held()->fingerprint;
        const log::fields about{.identity = identity,
                                .scope = entry->scope_name(),
                                .fingerprint = subject ? std::string_view(subject->fingerprint) : ""};
        if (next.kind == report_result::invalidated) {
            log::info("token_dead", about, "the IAM says that the token is dead: dropped");
            x_needs.keep.changed(); // refusals::answer() does so only if somebody has reported the token
            replace_invalidated(*entry, fetch);
        } else
            log::debug("token_alive", about, "the IAM was asked about the token: it is kept");
    }
    reports.settle(id, outcome);
    arm();
    tell();
}

// The cache has forgotten the fetch that was under way when the token was invalidated, for the token that it
// brings may be as bad.
void cache_runner::replace_invalidated(cache_entry& entry, ticket fetch_before) {
    x_fetches.cancel(fetch_before);
    waiting.watchers_await_fetch(entry.id());
    fetch_for_waiting(entry);
}

wait_id cache_runner::give_passcode(std::string_view identity, secret passcode, passcode_handler done) {
    const wait_id id = x_next_wait++;
    auto source = upstream.find(identity);
    auto end = [this, id, asked = std::weak_ptr(source), name = std::string(identity)](result<void> said) {
        if (x_stopped) return;
        const auto now_is = upstream.find(name);
        end_passcode(id, name, now_is != nullptr && now_is == asked.lock(), std::move(said));
    };
    auto code = std::make_shared<const secret>(std::move(passcode));
    x_passcode_waiters.emplace(id, std::move(done));
    try {
        x_fetches.give_passcode(id, std::move(source), std::move(code), std::move(end));
    } catch (...) {
        x_passcode_waiters.erase(id);
        throw;
    }
    return id;
}

// A passcode given to a source that a reload has replaced proves nothing about the new one.
void cache_runner::end_passcode(wait_id id, const std::string& identity, bool is_current, result<void> said) {
    if (said && is_current) {
        log::info("passcode_accepted", {.identity = identity}, "a person's passcode was accepted");
        upstream.secret_accepted(identity);
        cache.rearm(identity, now().boot);
        x_needs.keep.changed();
        tick();
    } else if (!said) {
        log::warning("passcode_refused", {.identity = identity}, "a person's passcode gave no login: {}",
                     said.error().detail);
    }
    auto waits = x_passcode_waiters.extract(id);
    if (!waits.empty()) waits.mapped()(std::move(said));
}

} // namespace tokenward
