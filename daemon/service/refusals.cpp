// When a report is settled and when its answer may be told.
#include "daemon/service/refusals.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {

void refusals::wait(wait_id id, report waiting) {
    x_reports.emplace(id, waiting_report{std::move(waiting)});
}

std::size_t refusals::waiting_for(ticket question) const noexcept {
    return static_cast<std::size_t>(std::count_if(x_reports.begin(), x_reports.end(), [&](const auto& each) {
        return each.second.question == question && !each.second.outcome;
    }));
}

void refusals::settle(ticket question, const refusal_outcome& outcome) {
    for (auto& [id, waits] : x_reports) {
        if (waits.question != question || waits.outcome) continue;
        waits.outcome = outcome;
        if (outcome.kind == report_result::damped) waits.outcome->over_limit = std::move(waits.over_limit);
        x_settled.push_back(id);
    }
}

void refusals::settle_entry(entry_id entry) {
    for (const auto& [id, waits] : x_reports)
        if (waits.entry == entry && !waits.outcome)
            settle(waits.question, {.kind = report_result::already_replaced});
}

void refusals::stop(const refusal_outcome& outcome) {
    x_keeps = false;
    for (const auto& [id, waits] : x_reports)
        if (!waits.outcome) settle(waits.question, outcome);
}

bool refusals::tell_next() {
    while (!x_settled.empty()) {
        auto waits = x_reports.extract(x_settled.front());
        x_settled.pop_front();
        if (waits.empty()) continue; // cancelled
        waiting_report& one = waits.mapped();
        answer(waits.key(), std::move(*one.outcome), std::move(one.done));
        return true;
    }
    return false;
}

wait_id refusals::answer(wait_id id, refusal_outcome outcome, handler done) {
    const bool gone = outcome.kind == report_result::invalidated;
    const bool may_rest_on_it = outcome.kind != report_result::damped && !x_unkept.empty();
    if (!x_keeps || (!gone && !may_rest_on_it)) {
        done(std::move(outcome));
        return 0;
    }
    x_unkept.emplace(id, unkept_answer{std::move(done), std::move(outcome)});
    if (gone) x_keep.changed();
    x_keep.keep_now([this, alive = x_alive, id] {
        if (!*alive) return;
        if (auto waits = x_unkept.extract(id); !waits.empty() && waits.mapped().done)
            waits.mapped().done(std::move(waits.mapped().outcome));
    });
    return x_unkept.contains(id) ? id : 0;
}

void refusals::answer_unkept() {
    while (!x_unkept.empty()) {
        auto waits = x_unkept.extract(x_unkept.begin());
        if (waits.mapped().done) waits.mapped().done(std::move(waits.mapped().outcome));
    }
}

void refusals::cancel(wait_id id) noexcept {
    x_reports.erase(id);
    if (auto known = x_unkept.find(id); known != x_unkept.end())
        known->second.done = {}; // others may rest on it still
}

void refusals::drop_lost(const std::function<bool(ticket)>& goes_on) {
    auto is_lost = [&](const auto& each) { return each.second.outcome || !goes_on(each.second.question); };
    for (;;) {
        auto lost = std::find_if(x_reports.begin(), x_reports.end(), is_lost);
        if (lost == x_reports.end()) return;
        (void)x_reports.extract(lost); // out of the map first: what ends may look there
    }
}

} // namespace tokenward
