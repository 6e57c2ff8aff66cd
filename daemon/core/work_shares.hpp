// How much work towards the IAM each caller has under way, so that none takes all of it.
#pragma once

#include "daemon/core/requester.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

namespace tokenward {

/// Counts, per uid, the on-demand entries that it waits for or has a fetch under way for.
class work_shares {
  public:
    static constexpr std::size_t most = 16;             ///< entries of one uid
    static constexpr std::size_t most_privileged = 256; ///< of root, and of the daemon's own user

    /// Whether `by` may begin work on the entry; what it works on already costs nothing more.
    bool has_room(const requester& by, std::uint64_t entry) const noexcept {
        auto work = by.uid ? x_work.find(*by.uid) : x_work.end();
        if (work == x_work.end() || work->second.contains(entry)) return true;
        return work->second.size() < (by.privileged ? most_privileged : most);
    }

    void take(const requester& by, std::uint64_t entry) {
        if (by.uid) ++x_work[*by.uid][entry];
    }

    /// REQUIRES: taken before, by the same.
    void give_back(const requester& by, std::uint64_t entry) noexcept {
        if (!by.uid) return;
        auto work = x_work.find(*by.uid);
        auto one = work->second.find(entry);
        if (--one->second == 0) work->second.erase(one);
        if (work->second.empty()) x_work.erase(work);
    }

  private:
    std::unordered_map<unsigned, std::map<std::uint64_t, std::size_t>> x_work; // by uid and entry
};

} // namespace tokenward
