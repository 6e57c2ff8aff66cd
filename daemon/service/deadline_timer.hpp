// One timer that says when something is due by CLOCK_BOOTTIME, though it runs by a clock that stops in
// suspend.
#pragma once

#include "common/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace tokenward {

/// `due` is called from the executor, not after this has ended. One thread.
class deadline_timer {
  public:
    deadline_timer(boost::asio::any_io_executor executor, std::function<void()> due);
    ~deadline_timer() { *x_alive = false; }
    deadline_timer(const deadline_timer&) = delete;
    deadline_timer& operator=(const deadline_timer&) = delete;

    /// Calls `due` at `deadline`, or in a minute if that comes first: after a suspend it is late by so much
    /// at the most. What was set before is void.
    void set(instant deadline, instant now);
    /// The next set() counts, even if it names the same time.
    void forget() noexcept { x_at = never; }
    void stop() { x_timer.cancel(); }

    /// Whether it has not been overdue for longer than a busy event loop explains.
    bool is_on_time() const;

  private:
    boost::asio::steady_timer x_timer;
    std::function<void()> x_due;
    instant x_at = never;                                         // as it is set
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true); // late completions look here first
};

} // namespace tokenward
