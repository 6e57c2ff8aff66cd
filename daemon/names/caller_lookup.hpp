// Finds the names of callers and the owners of their subordinate ids, without blocking the event loop.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/caller_facts.hpp"
#include "daemon/core/config.hpp"
#include "daemon/names/caller_cache.hpp"
#include "daemon/names/caller_query.hpp"
#include "daemon/names/lookup_thread_pool.hpp"
#include "daemon/names/name_service.hpp"
#include "daemon/names/subordinate_id_files.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tokenward {

struct caller_lookup_settings {
    std::string subuid = "/etc/subuid";
    std::string subgid = "/etc/subgid";
    std::chrono::milliseconds patience{2000}; ///< how long wait_for() waits
    std::size_t most_callers = 1024;          ///< size of the cache
};

/// A caller without subordinate ids, whose names no rule needs, costs no look-up. For other callers the facts
/// are cached, and looked up again when they are older than `freshness`, as are the files. One thread: the
/// executor's.
class caller_lookup final : public caller_directory {
  public:
    static constexpr duration freshness = std::chrono::seconds(10);
    /// A caller with more groups is not looked up: the owner of subordinate gids can have any number of them,
    /// and another set at each connection.
    static constexpr std::size_t most_gids = 1024;
    /// Look-ups under way at a time for one user, all its subordinate ids included.
    static constexpr std::size_t most_of_one = 4;

    /// `changed` is called from the executor when the files have changed.
    caller_lookup(boost::asio::any_io_executor executor, const clock& time,
                  std::shared_ptr<const name_service> names, std::function<void()> changed,
                  caller_lookup_settings settings = {});
    ~caller_lookup() override;
    caller_lookup(const caller_lookup&) = delete;
    caller_lookup& operator=(const caller_lookup&) = delete;

    /// At the start: reads the files, waiting at most `patience`. The only member that blocks.
    void start(std::chrono::milliseconds patience);
    /// Takes over what the rules need: owners, if there is a `deny` by user or group; names of callers, if
    /// such a rule has a name without a number.
    void configure(const config& rules);
    /// Starts no more look-ups, and calls all waiters.
    void stop();

    std::shared_ptr<const caller_facts> find(unsigned uid, std::span<const unsigned> gids) override;
    bool wait_for(unsigned uid, std::span<const unsigned> gids, std::function<void()> done) override;
    std::uint64_t version() const noexcept override { return x_version; }
    unsigned share_of(unsigned uid) override;

  private:
    struct queue;
    struct lookup_result;
    struct waiter {
        caller_ids of;
        std::function<void()> done;
        boost::asio::steady_timer timer;
    };

    void close();
    void check_files();
    bool suffices(const std::shared_ptr<const caller_facts>& known) const;
    void look_up(caller_cache::entry& e);
    void take_results();
    void take_files(std::shared_ptr<const subordinate_id_files> read);
    void take_facts(lookup_result& found);
    void wake_waiters();

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    std::shared_ptr<const name_service> x_names;
    std::function<void()> x_changed;
    caller_lookup_settings x_settings;
    lookup_thread_pool x_threads;
    caller_cache x_cache;
    std::shared_ptr<queue> x_results;                    // from the threads
    std::shared_ptr<const subordinate_id_files> x_files; // null: not read yet
    instant x_files_read{};
    bool x_reading = false;
    bool x_needs_owners = false; // a `deny` rule has a user or group
    bool x_needs_names = false;  // such a rule has a name without a number
    std::uint64_t x_version = 1;
    std::map<std::string, unsigned, std::less<>> x_owner_uids; // of owners by name, once known
    std::list<std::shared_ptr<waiter>> x_waiters;
    std::map<unsigned, std::size_t> x_under_way; // look-ups, by the share that they count in
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true);
};

} // namespace tokenward
