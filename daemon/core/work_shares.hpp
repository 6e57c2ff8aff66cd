// How much work towards the IAM each caller has under way, so that none takes all of it.
#pragma once

#include "daemon/core/token_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tokenward {

/// For whom something is done, as bounds count it. Without a uid: for the daemon itself, and nothing is
/// counted.
struct requester {
    std::optional<unsigned> uid{};
    bool privileged = false; ///< root, or the daemon's own user
};

/// Counted for all callers whose number is not known; (uid_t)-1 is nobody's.
inline constexpr unsigned unknown_requester = ~0U;

/// Counts, per uid, the on-demand entries that it waits for or has a fetch under way for.
class work_shares {
  public:
    static constexpr std::size_t most = 16;             ///< entries of one uid
    static constexpr std::size_t most_privileged = 256; ///< of root, and of the daemon's own user

    /// Work on one entry, counted for as long as this lives. Must not outlive the work_shares.
    class share {
      public:
        share() = default;
        share(share&& other) noexcept
            : x_of(std::exchange(other.x_of, nullptr)), x_uid(other.x_uid), x_entry(other.x_entry) {}
        share& operator=(share&& other) noexcept {
            if (this != &other) {
                end();
                x_of = std::exchange(other.x_of, nullptr);
                x_uid = other.x_uid;
                x_entry = other.x_entry;
            }
            return *this;
        }
        ~share() { end(); }
        /// Counts no more.
        void end() noexcept {
            if (work_shares* of = std::exchange(x_of, nullptr)) of->give_back(x_uid, x_entry);
        }

      private:
        friend class work_shares;
        share(work_shares* of, unsigned uid, entry_id entry) noexcept
            : x_of(of), x_uid(uid), x_entry(entry) {}

        work_shares* x_of = nullptr; // null: counts for nobody
        unsigned x_uid = 0;
        entry_id x_entry = 0;
    };

    /// Whether `by` may begin work on the entry; what it works on already costs nothing more.
    bool has_room(const requester& by, entry_id entry) const noexcept {
        auto work = by.uid ? x_work.find(*by.uid) : x_work.end();
        if (work == x_work.end() || work->second.contains(entry)) return true;
        return work->second.size() < (by.privileged ? most_privileged : most);
    }

    [[nodiscard]] share take(const requester& by, entry_id entry) {
        if (!by.uid) return {};
        ++x_work[*by.uid][entry];
        return {this, *by.uid, entry};
    }

  private:
    void give_back(unsigned uid, entry_id entry) noexcept {
        auto work = x_work.find(uid);
        auto one = work->second.find(entry);
        if (--one->second == 0) work->second.erase(one);
        if (work->second.empty()) x_work.erase(work);
    }

    std::unordered_map<unsigned, std::map<entry_id, std::size_t>> x_work; // by uid and entry
};

} // namespace tokenward
