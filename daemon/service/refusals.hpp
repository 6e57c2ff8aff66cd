// What a caller's report that a token is no good sets going: who waits for the IAM's answer, and for the
// answer to be kept.
#pragma once

#include "common/error.hpp"
#include "daemon/core/callers.hpp"
#include "daemon/core/keeper.hpp"
#include "daemon/core/lifecycle.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tokenward {

/// What became of a caller's report that a token is no good.
struct refusal_outcome {
    report_result kind = report_result::nothing_held; ///< never validate or wait_validation
    std::optional<std::string> current{};             ///< the fingerprint of the token held now, if any
    std::chrono::seconds retry_after{0};              ///< with damped
    std::optional<problem> over_limit{}; ///< with damped: the caller is over a limit, and nothing happened
};

/// Reports wait for the answer to a question to the IAM (by its ticket), then to be told, then, if a token
/// is gone, for that to be kept. Nobody is told from within settle(): tell_next() does that. One thread.
class refusals {
  public:
    using handler = std::function<void(refusal_outcome)>;

    /// A report that a question's answer settles.
    struct report {
        entry_id entry = 0;
        ticket question = 0;
        handler done{};
        /// Set: the caller was over this limit, and only because of it the IAM is asked first. It is told so
        /// if the token is kept.
        std::optional<problem> over_limit{};
    };

    /// `keep` outlives this.
    explicit refusals(keeper& keep) : x_keep(keep) {}
    ~refusals() { *x_alive = false; }
    refusals(const refusals&) = delete;
    refusals& operator=(const refusals&) = delete;

    void wait(wait_id id, report waiting);
    /// How many wait for the answer.
    std::size_t waiting_for(ticket question) const noexcept;
    /// The answer has come.
    void settle(ticket question, const refusal_outcome& outcome);
    /// The entry is gone, or begins anew: what was refused is held no more.
    void settle_entry(entry_id entry);
    /// Tells one of those whose reports are settled; false: there is none.
    bool tell_next();

    /// Calls `done` with the outcome. If that says that the token is gone, or follows from an earlier outcome
    /// that says so, it waits until the keeper has it: else a restart could bring the token back. 0: `done`
    /// has been called.
    wait_id answer(wait_id id, refusal_outcome outcome, handler done);
    /// At the end: settles all, and nothing need be kept any more before it is told.
    void stop(const refusal_outcome& outcome);
    /// Tells those who wait for an answer to be kept.
    void answer_unkept();

    void cancel(wait_id id) noexcept;
    /// After std::bad_alloc: drops reports that are settled and were not told, or whose question is lost
    /// (`goes_on` is false of it). Their handlers are destroyed without being called.
    void drop_lost(const std::function<bool(ticket)>& goes_on);

  private:
    struct waiting_report : report {
        std::optional<refusal_outcome> outcome{}; // settled, and yet to be told
    };
    struct unkept_answer {
        handler done;
        refusal_outcome outcome;
    };

    keeper& x_keep;
    std::map<wait_id, waiting_report> x_reports;
    std::deque<wait_id> x_settled; // of these
    std::map<wait_id, unkept_answer> x_unkept;
    bool x_keeps = true;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true); // the keeper may call later
};

} // namespace tokenward
