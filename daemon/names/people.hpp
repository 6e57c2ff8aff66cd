// Users and groups: the numbers of those that rules name, and what is known of callers.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/names/caller_book.hpp"
#include "daemon/names/name_book.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace tokenward {

/// One thread: that of `io`.
class people {
  public:
    /// `changed` is called when more is known than before: rules are to be filled in and callers judged anew.
    people(boost::asio::io_context& io, const clock& time, std::function<void()> changed);

    /// For the start: fills in the numbers of the users and groups that rules name, as far as they are known
    /// within a second. The only member that blocks.
    void begin(config& first);
    /// For a reload: passes `next` on with its numbers, after a second at the latest.
    void take_up(config next, name_book::handler done);
    /// The rules that are in force from now on, to be given their numbers. Rules that have none are logged.
    void configure(config& rules);
    /// Nothing is looked up any more; who waits for a look-up is called.
    void stop();

    caller_directory& directory() noexcept { return x_callers; }

  private:
    name_book x_names;
    caller_book x_callers;
    std::set<std::string> x_nameless; // rules whose names have no number, as they were logged
};

} // namespace tokenward
