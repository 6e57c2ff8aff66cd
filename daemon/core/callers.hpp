// Callers who wait for a token: for which, for how long, who is to be told what, and in which order. Pure.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/core/credential.hpp"
#include "daemon/core/token_cache.hpp"
#include "daemon/core/work_shares.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tokenward {

/// A token as it may be handed to a caller at one moment.
struct served_token {
    credential_ptr value{};  ///< null for a watcher: nothing has changed
    instant expires = never; ///< when it ceases to be served: perhaps before the end that it names itself
};

/// Names a caller who waits; 0 = nobody: the handler has been called already.
using wait_id = std::uint64_t;

enum class waits_for : std::uint8_t {
    fetch, ///< the result of a fetch
    change ///< another token than the one that is held: it watches
};

/// A caller and what it is to be told. A watcher whose token is refused waits for a fetch from then on, but
/// outlives a failure.
struct waiting_caller {
    entry_id entry = 0;
    get_request wanted{};
    std::function<void(result<served_token>)> done{};
    requester by{};                         ///< in whose share it is counted
    std::optional<instant> watches_until{}; ///< set: it wants another token than the one that was held
};

/// Adding a caller allocates once; removing one allocates nothing: there may be ten thousand, and all are
/// told at once. A caller whose answer is known leaves its queue; next_answer() returns it. One thread.
class callers {
    using queue_hook =
        boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    using until_hook =
        boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  public:
    /// One who waits; has the same address until it is removed.
    struct waiter : queue_hook, until_hook {
        waiter(wait_id name, waits_for kind, instant end, waiting_caller who)
            : id(name), what(kind), until(end), caller(std::move(who)) {}

        const wait_id id;
        waits_for what;
        instant until; ///< when it gives up
        waiting_caller caller;
        work_shares::share share{}; // while it waits for a fetch

        friend bool operator<(const waiter& a, const waiter& b) noexcept { return a.until < b.until; }
    };
    using queue = boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>>;
    /// What a caller is told, made when its turn comes.
    using answer_function = std::function<result<served_token>(const waiting_caller&)>;
    struct decided_answer {
        std::function<void(result<served_token>)> done;
        result<served_token> answer;
    };

    /// `caller.entry` says in whose queue. REQUIRES: the id is new.
    void add(wait_id id, waits_for what, instant until, waiting_caller caller);
    /// Null: nobody of that name waits. Valid until it is removed.
    const waiter* find(wait_id id) const noexcept;
    /// REQUIRES: it waits.
    waiting_caller remove(wait_id id) noexcept;
    /// REQUIRES: it waits.
    void set_until(wait_id id, instant until) noexcept;
    /// Those who watched the entry wait for a fetch from now on, behind those who do already, for as long as
    /// they would have watched.
    void watchers_await_fetch(entry_id entry);

    /// Empties a queue: all who are in it are to be told. Until its turn comes each can be removed still, and
    /// is not told then. Who is added later belongs to a new queue.
    void answer(entry_id entry, waits_for what, answer_function answer);
    /// The same for one who waits. REQUIRES: it does.
    void answer_one(wait_id id, answer_function answer);
    /// The same for both queues of an entry.
    void answer_all(entry_id entry, const problem& why);
    /// All watchers are told that nothing has changed.
    void end_watches();
    /// The next of those to be told: it waits no more, and its share is given back. None: all have been. The
    /// answer's function is called in here.
    std::optional<decided_answer> next_answer();

    /// In the order of their coming.
    const queue& of(entry_id entry, waits_for what) const noexcept;
    bool await_fetch(entry_id entry) const noexcept { return !of(entry, waits_for::fetch).empty(); }
    /// Of those who wait for the fetch that just failed: all but the watchers whose wait lasts until
    /// `next_try`.
    std::vector<wait_id> to_be_told_of_failure(entry_id entry, instant next_try) const;
    /// For whom a fetch is made: the first who waits for it; nobody, if none does.
    requester first_of(entry_id entry) const noexcept;
    /// The most that any who waits for a fetch wants, and the longest that one waits.
    get_request most_wanted(entry_id entry, instant now) const noexcept;
    /// The one whose wait ends first, of those whose answers are not decided; null: there is none.
    const waiter* first_to_time_out() const noexcept;
    /// The entry of one of those who wait so; none: nobody does.
    std::optional<entry_id> any_entry(waits_for what) const noexcept;
    std::size_t count(waits_for what) const noexcept { return x_counts[index(what)]; }

    /// Fetches under way are counted there too.
    work_shares& shares() noexcept { return x_shares; }
    const work_shares& shares() const noexcept { return x_shares; }

  private:
    using queues = std::unordered_map<entry_id, queue>; // by entry
    struct answered_queue {
        queue who;
        answer_function answer;
    };

    static std::size_t index(waits_for what) noexcept { return static_cast<std::size_t>(what); }
    queues& all(waits_for what) noexcept { return x_queues[index(what)]; }
    void drop_empty(entry_id entry, waits_for what) noexcept;

    work_shares x_shares; // first: whoever waits has a part in it
    std::array<queues, 2> x_queues;
    std::array<std::size_t, 2> x_counts{};
    boost::intrusive::multiset<waiter, boost::intrusive::constant_time_size<false>> x_by_until;
    std::deque<answered_queue> x_answered;
    std::unordered_map<wait_id, waiter> x_waiters; // last: its end unlinks them from the others
};

} // namespace tokenward
