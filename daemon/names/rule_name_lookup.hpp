// Finds the numbers of the users and groups that rules name, without blocking the event loop.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/names/lookup_thread_pool.hpp"
#include "daemon/names/name_service.hpp"
#include "daemon/names/rule_name_table.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace tokenward {

/// A name without a number is tried again, with pauses (rule_name_table). One thread: the executor's.
class rule_name_lookup {
  public:
    /// `changed` is called from the executor when a number has become known or has changed: fill() gives
    /// other results.
    rule_name_lookup(boost::asio::any_io_executor executor, const clock& time,
                     std::shared_ptr<const name_service> names, std::function<void()> changed);
    ~rule_name_lookup();
    rule_name_lookup(const rule_name_lookup&) = delete;
    rule_name_lookup& operator=(const rule_name_lookup&) = delete;

    /// At the start: looks up the names of `first`, waits at most `patience`, and fills in the numbers that
    /// are known by then. The only member that blocks.
    void start(config& first, std::chrono::milliseconds patience);

    using handler = std::function<void(config)>;
    /// At a reload: fills in the numbers of `next` and passes it to `done`: at once if all are known, else
    /// when all names have been looked up or `patience` is over. A second call replaces the first: only the
    /// last handler is called.
    void resolve(config next, std::chrono::milliseconds patience, handler done);

    /// Sets the uid or gid of each rule to the one that is known now, or to none.
    void fill(config& to) const { x_table.fill(to); }

    /// Starts no more look-ups and calls no handler.
    void stop();

  private:
    struct lookup_result;
    struct queue;

    void look_up_due();
    bool take_results(bool log_as_info);
    void arm();
    void on_results();
    void finish_resolving();

    const clock& x_time;
    std::shared_ptr<const name_service> x_names;
    std::function<void()> x_changed;
    rule_name_table x_table;
    lookup_thread_pool x_threads;
    std::shared_ptr<queue> x_results; // from the threads
    boost::asio::steady_timer x_timer;
    boost::asio::steady_timer x_patience;
    std::optional<config> x_next; // waits for the numbers of its names
    handler x_done;
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true);
};

} // namespace tokenward
