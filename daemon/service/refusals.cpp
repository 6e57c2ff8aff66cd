// A caller's word that a token is no good: believed, or asked about first. A part of token_service.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace tokenward {
namespace {

namespace asio = boost::asio;

asio::awaitable<validation> run_validation(std::shared_ptr<running_task> as,
                                           std::shared_ptr<token_source> source, token_ptr subject) {
    as->begun = true;
    if (as->cancelled) co_return validation{};
    co_return co_await source->validate(std::move(subject));
}

} // namespace

// An invalidation forgets the fetch that was under way, for its token may be as bad.
void token_service::after_refusal(cache_entry& entry, ticket fetch_before, refusal_kind kind) {
    if (kind != refusal_kind::invalidated) return;
    cancel_fetch(fetch_before);
    let_watchers_wait(entry);
    restart_for_waiters(entry);
}

wait_id token_service::refuse(cache_entry& entry, std::string_view fingerprint, refusal_handler done,
                              const requester& by) {
    if (x_stopped) {
        done({.kind = refusal_kind::damped, .retry_after = std::chrono::seconds(1)});
        return 0;
    }
    const refusal_kind meant = entry.life().would_refuse(fingerprint, now().boot);
    refusal_charge charged = charge_refusal(entry, meant, by);
    if (!charged.may) {
        count_word(entry.identity(), refusal_kind::damped);
        done({.kind = refusal_kind::damped,
              .current = entry.life().held() ? std::optional(entry.life().held()->fingerprint) : std::nullopt,
              .retry_after = charged.over_limit->retry_after.value_or(std::chrono::seconds(1)),
              .over_limit = std::move(charged.over_limit)});
        return 0;
    }
    ticket fetch = entry.life().fetch_under_way();
    refusal_step next = x_cache.refused(entry, fingerprint, now().boot, *charged.may);
    if (next.kind == refusal_kind::validate || next.kind == refusal_kind::wait_validation) {
        wait_id id = x_next_wait++;
        if (meant != refusal_kind::invalidated) charged.over_limit.reset(); // it changed nothing
        try {
            x_refusal_waiters.emplace(
                id, refusal_waiter{entry.id(), next.id, std::move(done), std::move(charged.over_limit)});
        } catch (...) {
            if (next.kind == refusal_kind::validate) validation_not_begun(entry, next.id);
            throw;
        }
        if (next.kind == refusal_kind::validate) start_validation(entry, next.id);
        arm();
        return id;
    }
    if (next.kind == refusal_kind::invalidated)
        log::info("token_invalidated",
                  {.identity = entry.identity(), .scope = entry.scope_name(), .fingerprint = fingerprint},
                  "a service refused the token: dropped");
    after_refusal(entry, fetch, next.kind);
    count_word(entry.identity(), next.kind);
    refusal_outcome outcome{.kind = next.kind, .retry_after = next.retry_after};
    if (entry.life().held()) outcome.current = entry.life().held()->fingerprint;
    arm();
    const wait_id id = answer_when_kept(x_next_wait++, std::move(outcome), std::move(done));
    tell(); // the entry may be gone from here on
    return id;
}

void token_service::start_validation(cache_entry& entry, ticket id) {
    try {
        auto running = std::make_shared<running_task>();
        x_validating.emplace(id, running);
        auto done = [this, alive = x_alive, running, id,
                     identity = entry.identity()](std::exception_ptr error, validation v) {
            if (!*alive) return;
            x_validating.erase(id);
            end_validation(id, identity, error ? validation{} : v);
        };
        asio::co_spawn(x_parts.executor,
                       run_validation(running, x_sources.find(entry.identity())->second, entry.life().held()),
                       asio::bind_cancellation_slot(running->cancel.slot(), std::move(done)));
    } catch (...) {
        x_validating.erase(id);
        validation_not_begun(entry, id);
        throw;
    }
}

void token_service::end_validation(ticket id, const std::string& identity, validation answer) {
    if (x_stopped) return;
    cache_entry* asked = x_cache.entry_of(id);
    if (asked != nullptr) observe_clock(identity, answer.iam_date); // else the IAM may be another one by now
    ticket fetch = asked == nullptr ? 0 : asked->life().fetch_under_way();
    const token_ptr subject = asked == nullptr ? nullptr : asked->life().held();
    auto [entry, next] = x_cache.validated(id, answer.verdict, now().boot);
    refusal_outcome outcome{.kind = next.kind, .retry_after = next.retry_after};
    count_answered(identity, id, next.kind);
    if (entry != nullptr) {
        if (entry->life().held()) outcome.current = entry->life().held()->fingerprint;
        const log::fields about{.identity = identity,
                                .scope = entry->scope_name(),
                                .fingerprint = subject ? std::string_view(subject->fingerprint) : ""};
        if (next.kind == refusal_kind::invalidated) {
            log::info("token_dead", about, "the IAM says that the token is dead: dropped");
            keep_soon(); // there may be nobody to answer
        } else
            log::debug("token_alive", about, "the IAM was asked about the token: it is kept");
        after_refusal(*entry, fetch, next.kind);
    }
    answer_refusals(id, outcome);
    arm();
    tell();
}

void token_service::answer_refusals(ticket question, const refusal_outcome& outcome) {
    for (auto& [id, waits] : x_refusal_waiters) {
        if (waits.question != question || waits.outcome) continue;
        waits.outcome = outcome;
        if (outcome.kind == refusal_kind::damped) waits.outcome->over_limit = std::move(waits.over_limit);
        x_refusals_to_tell.push_back(id);
    }
}

// A new token has come while the IAM was asked about the one before.
void token_service::end_question(const cache_entry& entry, ticket question) {
    count_answered(entry.identity(), question, refusal_kind::already_replaced);
    answer_refusals(question,
                    {.kind = refusal_kind::already_replaced, .current = entry.life().held()->fingerprint});
}

// Their entry is gone, or begins anew.
void token_service::drop_refusals(std::uint64_t entry) {
    for (auto& [id, waits] : x_refusal_waiters)
        if (waits.entry == entry && !waits.outcome)
            answer_refusals(waits.question, {.kind = refusal_kind::already_replaced});
}

} // namespace tokenward
