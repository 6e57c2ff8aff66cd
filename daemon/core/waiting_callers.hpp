// Callers who wait for a token: for which, for how long, and in which order they are told. Pure.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/core/token.hpp"
#include "daemon/core/token_cache.hpp"
#include "daemon/core/work_shares.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tokenward {

/// Names a caller who waits; 0 = nobody: the handler has been called already.
using wait_id = std::uint64_t;

enum class waits_for : std::uint8_t {
    fetch, ///< the result of a fetch
    change ///< another token than the one that is held
};

/// A caller and what it is to be told.
struct waiter {
    std::uint64_t entry = 0;
    get_request wanted{};
    std::function<void(result<token_ptr>)> done{};
    requester by{};                         ///< whose share it is counted in
    std::optional<instant> watches_until{}; ///< set: it wants another token than the one that was held
};

/// One allocation for each who waits, and none to let go of them: there may be ten thousand, and all are told
/// at once. One thread.
class waiting_callers {
    using queue_hook =
        boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    using patience_hook =
        boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  public:
    /// One who waits; stays where it is until it is removed.
    struct place : queue_hook, patience_hook {
        place(wait_id its_id, waits_for its_wish, instant its_end, waiter its_caller)
            : id(its_id), what(its_wish), until(its_end), caller(std::move(its_caller)) {}

        const wait_id id;
        waits_for what;
        instant until; ///< when it gives up
        waiter caller;

        friend bool operator<(const place& a, const place& b) noexcept { return a.until < b.until; }
    };
    using queue = boost::intrusive::list<place, boost::intrusive::constant_time_size<false>>;

    /// Those who have been taken out of their queue to be told one after another. Until its turn comes each
    /// can be removed still, and is not told then. Must not outlive the waiting_callers.
    class crowd {
      public:
        crowd(crowd&&) noexcept = default;
        /// Removes the next one and returns it; none: all have been.
        std::optional<waiter> next();

      private:
        friend class waiting_callers;
        explicit crowd(waiting_callers& from) noexcept : x_from(&from) {}

        waiting_callers* x_from;
        queue x_rest{};
    };

    /// `caller.entry` says in whose queue. REQUIRES: the id is new.
    void add(wait_id id, waits_for what, instant until, waiter caller);
    /// Null: nobody of that name waits. Valid until it is removed.
    const place* find(wait_id id) const noexcept;
    /// REQUIRES: it waits.
    waiter remove(wait_id id) noexcept;
    /// Empties a queue. Who is added later belongs to a new one.
    crowd take_all(std::uint64_t entry, waits_for what) noexcept;
    /// REQUIRES: it waits.
    void set_until(wait_id id, instant until) noexcept;
    /// Those who waited for a change wait for a fetch from now on, behind those who do already, for as long
    /// as they would have watched. `moved` is told of each before; who it throws for, and the rest, stay.
    template <class Moved>
    void let_watchers_wait(std::uint64_t entry, Moved moved);

    /// In the order of their coming.
    const queue& of(std::uint64_t entry, waits_for what) const noexcept;
    /// The one whose patience ends first; null: nobody waits.
    const place* most_impatient() const noexcept;
    /// The entry of one of those who wait so; none: nobody does.
    std::optional<std::uint64_t> any_entry(waits_for what) const noexcept;
    std::size_t count(waits_for what) const noexcept { return x_counts[index(what)]; }

  private:
    using queues = std::unordered_map<std::uint64_t, queue>; // by entry

    static std::size_t index(waits_for what) noexcept { return static_cast<std::size_t>(what); }
    queues& all(waits_for what) noexcept { return x_queues[index(what)]; }
    void drop_empty(std::uint64_t entry, waits_for what) noexcept;

    std::array<queues, 2> x_queues;
    std::array<std::size_t, 2> x_counts{};
    boost::intrusive::multiset<place, boost::intrusive::constant_time_size<false>> x_patience;
    std::unordered_map<wait_id, place> x_places; // last: its end unlinks them from the others
};

template <class Moved>
void waiting_callers::let_watchers_wait(std::uint64_t entry, Moved moved) {
    auto watching = all(waits_for::change).find(entry);
    if (watching == all(waits_for::change).end()) return;
    queue& waiting = all(waits_for::fetch)[entry];
    while (!watching->second.empty()) {
        place& one = watching->second.front();
        moved(std::as_const(one.caller)); // first: it may throw
        static_cast<queue_hook&>(one).unlink();
        waiting.push_back(one);
        one.what = waits_for::fetch;
        --x_counts[index(waits_for::change)];
        ++x_counts[index(waits_for::fetch)];
        set_until(one.id, one.caller.watches_until.value_or(one.until));
    }
    all(waits_for::change).erase(watching);
}

} // namespace tokenward
