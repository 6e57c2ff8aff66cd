// Both look-ups of users and groups: the names in rules, and the callers.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/names/caller_lookup.hpp"
#include "daemon/names/rule_name_lookup.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace tokenward {

/// One thread: the one that runs `io`.
class user_lookups {
  public:
    /// `changed` is called when names or owners have become known or have changed: call configure() again.
    user_lookups(boost::asio::io_context& io, const clock& time, std::function<void()> changed);

    /// At the start: fills in the numbers of the users and groups that rules name, if they are known within a
    /// second. The only member that blocks.
    void start(config& first);
    /// At a reload: passes `next` to `done` with its numbers filled in, after a second at the latest.
    void resolve(config next, rule_name_lookup::handler done);
    /// Fills in the numbers of the rules, which are in force from now on. Names without a number are logged.
    void configure(config& rules);
    /// Starts no more look-ups. Waiting callers are called; the handler of resolve() is not.
    void stop();

    caller_directory& directory() noexcept { return x_callers; }

  private:
    rule_name_lookup x_names;
    caller_lookup x_callers;
    std::set<std::string> x_unresolved; // the logged rules whose name has no number
};

} // namespace tokenward
