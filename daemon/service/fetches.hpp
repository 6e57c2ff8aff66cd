// Everything that is under way towards the IAM: the coroutines, their results, and how they are told to end.
#pragma once

#include "daemon/core/lifecycle.hpp"
#include "daemon/core/token_source.hpp"
#include "daemon/core/work_shares.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace tokenward {

/// Starts and ends them, and knows which there are; what they mean is for others to say. Each is named by a
/// number that is not used again among its kind. `done` is called once, from the executor, with the result;
/// never after this has ended. When it is called, or if starting throws, nothing is under way by that name.
/// `done` may throw: that passes through the executor. One thread.
class fetches {
  public:
    using source_ptr = std::shared_ptr<token_source>;
    /// `unwanted`: cancel() or cancel_all() was called meanwhile.
    using fetch_handler = std::function<void(fetch_result, bool unwanted)>;

    explicit fetches(boost::asio::any_io_executor executor) : x_executor(std::move(executor)) {}
    ~fetches();
    fetches(const fetches&) = delete;
    fetches& operator=(const fetches&) = delete;

    /// token_source::fetch. `counted` is held until it ends. An exception in it is a failure.
    void fetch(ticket id, source_ptr source, scope target, duration at_least, work_shares::share counted,
               fetch_handler done);
    /// token_source::validate. An exception in it is no answer.
    void validate(ticket id, source_ptr source, credential_ptr subject, std::function<void(validation)> done);
    /// token_source::give_passcode. An exception in it is an error.
    void give_passcode(std::uint64_t id, source_ptr source, std::shared_ptr<const secret> passcode,
                       std::function<void(result<void>)> done);

    /// Nobody reads this fetch's result, and the next one must not wait behind it. Nothing, if it is not
    /// under way.
    void cancel(ticket id);
    void cancel_all();

    bool is_fetching(ticket id) const noexcept { return x_fetches.contains(id); }
    bool is_validating(ticket id) const noexcept { return x_validations.contains(id); }

  private:
    struct task;
    struct running_fetch {
        std::shared_ptr<task> as;
        work_shares::share counted;
    };
    using task_map = std::map<std::uint64_t, std::shared_ptr<task>>;

    boost::asio::any_io_executor x_executor;
    std::map<ticket, running_fetch> x_fetches;
    task_map x_validations;
    task_map x_passcodes;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true); // late completions look here first
};

} // namespace tokenward
