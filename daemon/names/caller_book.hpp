// What is known of callers' numbers: names, and the owners of subordinate ones; looked up beside the event
// loop.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/caller_facts.hpp"
#include "daemon/core/config.hpp"
#include "daemon/names/id_files.hpp"
#include "daemon/names/lookup_threads.hpp"
#include "daemon/names/name_service.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tokenward {

struct caller_book_settings {
    std::string subuid = "/etc/subuid";
    std::string subgid = "/etc/subgid";
    std::chrono::milliseconds patience{2000}; ///< how long wait_for() waits
    std::size_t most_callers = 1024;          ///< that are remembered
};

/// Who has no subordinate number, and whose names no rule needs, is known at once. Of the others answers are
/// kept, and looked up anew when they are older than some seconds, as are the files. One thread: that of the
/// executor.
class caller_book final : public caller_directory {
  public:
    static constexpr duration freshness = std::chrono::seconds(10);
    /// A caller who has more is not looked up: whoever owns subordinate gids can have any number of them, and
    /// another set at each connection.
    static constexpr std::size_t most_gids = 1024;
    /// Look-ups for one user, under whatever numbers, that are under way at a time.
    static constexpr std::size_t most_of_one = 4;

    /// `changed` is called from the executor when the files say something else than before.
    caller_book(boost::asio::any_io_executor executor, const clock& time,
                std::shared_ptr<const name_service> names, std::function<void()> changed,
                caller_book_settings settings = {});
    ~caller_book() override;
    caller_book(const caller_book&) = delete;
    caller_book& operator=(const caller_book&) = delete;

    /// For the start: reads the files, and waits for `patience` at the most. The only member that blocks.
    void begin(std::chrono::milliseconds patience);
    /// What the rules need: the owners of callers, where there is a `deny` by user or group, and the names of
    /// callers, where that has a name without a number.
    void configure(const config& rules);
    /// Nothing is looked up any more; those who wait are called.
    void stop();

    std::shared_ptr<const caller_facts> find(unsigned uid, std::span<const unsigned> gids) override;
    bool wait_for(unsigned uid, std::span<const unsigned> gids, std::function<void()> done) override;
    std::uint64_t version() const noexcept override { return x_version; }
    unsigned share_of(unsigned uid) override;

  private:
    struct mailbox;
    struct letter;
    struct key {
        unsigned uid;
        std::vector<unsigned> gids;
        friend auto operator<=>(const key&, const key&) = default;
    };
    struct entry {
        key of;
        std::shared_ptr<const caller_facts> facts{};
        instant looked_up{};
        bool under_way = false;
    };
    struct waiter {
        key of;
        std::function<void()> done;
        boost::asio::steady_timer timer;
    };

    void close();
    void check_files();
    bool suffices(const std::shared_ptr<const caller_facts>& known) const;
    entry* open(unsigned uid, std::span<const unsigned> gids);
    void look_up(entry& e);
    void take_letters();
    void take_files(std::shared_ptr<const id_files> read);
    void take_facts(letter& found);
    void wake_waiters();

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    std::shared_ptr<const name_service> x_names;
    std::function<void()> x_changed;
    caller_book_settings x_settings;
    lookup_threads x_threads;
    std::shared_ptr<mailbox> x_mailbox;      // what the threads have found
    std::shared_ptr<const id_files> x_files; // null: not read yet
    instant x_files_read{};
    bool x_reading = false;
    bool x_needs_owners = false; // a rule of `deny` is about users or groups
    bool x_needs_names = false;  // one of these has no number
    std::uint64_t x_version = 1;
    std::list<entry> x_entries; // last used first
    std::map<key, std::list<entry>::iterator> x_places;
    std::map<std::string, unsigned, std::less<>> x_owner_uids; // of owners by name, as far as they are known
    std::list<std::shared_ptr<waiter>> x_waiters;
    std::map<unsigned, std::size_t> x_under_way; // look-ups, by the share that they count in
    bool x_stopped = false;
    std::shared_ptr<bool> x_alive = std::make_shared<bool>(true);
};

} // namespace tokenward
