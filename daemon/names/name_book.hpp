// The numbers of the users and groups that rules name, looked up beside the event loop.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/names/lookup_threads.hpp"
#include "daemon/names/name_service.hpp"
#include "daemon/names/name_table.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace tokenward {

/// Names that have no number are tried again, with pauses (name_table). One thread: that of the executor.
class name_book {
  public:
    /// `changed` is called from the executor when a number has become known or another one: rules are to be
    /// filled in anew.
    name_book(boost::asio::any_io_executor executor, const clock& time,
              std::shared_ptr<const name_service> names, std::function<void()> changed);
    ~name_book();
    name_book(const name_book&) = delete;
    name_book& operator=(const name_book&) = delete;

    /// For the start: begins to look up the names of `first`, waits for `patience` at the most, and fills in
    /// the numbers that are known by then. The only member that blocks.
    void begin(config& first, std::chrono::milliseconds patience);

    using handler = std::function<void(config)>;
    /// For a reload: passes `next` on with its numbers; at once if all of them are known, else when all names
    /// have been looked up, or after `patience`. Of several that wait the last one counts: the handlers of
    /// the others are not called.
    void take_up(config next, std::chrono::milliseconds patience, handler done);

    /// Gives the rules the numbers that are known.
    void fill(config& to) const { x_table.fill(to); }

    /// Nothing is looked up or called any more.
    void stop();

  private:
    struct letter;
    struct mailbox;

    void look_up_due();
    bool take_answers(bool late);
    void arm();
    void on_answers();
    void end_wait();

    const clock& x_time;
    std::shared_ptr<const name_service> x_names;
    std::function<void()> x_changed;
    name_table x_table;
    lookup_threads x_threads;
    std::shared_ptr<mailbox> x_mailbox; // what the threads have found
    boost::asio::steady_timer x_timer;
    boost::asio::steady_timer x_patience;
    std::optional<config> x_next; // waits for its names
    handler x_done;
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true);
};

} // namespace tokenward
