// Who owns which subordinate ids, by the text of /etc/subuid or /etc/subgid. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// One such file: lines of OWNER:FIRST:COUNT, the owner by name or number. Other lines are ignored, as
/// newuidmap(1) does.
class subordinate_ids {
  public:
    subordinate_ids() = default;
    explicit subordinate_ids(std::string_view text);
    // The ranges point into the owners.
    subordinate_ids(const subordinate_ids&) = delete;
    subordinate_ids& operator=(const subordinate_ids&) = delete;
    subordinate_ids(subordinate_ids&&) = default;
    subordinate_ids& operator=(subordinate_ids&&) = default;
    ~subordinate_ids() = default;

    /// The owners of an id as written, each once, in the order of the ranges.
    std::vector<std::string_view> owners_of(unsigned id) const;
    bool has(unsigned id) const noexcept;
    /// The first id of a range that holds this one. REQUIRES: has(id).
    unsigned first_of(unsigned id) const noexcept;
    std::size_t size() const noexcept { return x_ranges.size(); } ///< ranges

  private:
    struct range {
        std::uint64_t first;
        std::uint64_t end;   // one past the last
        std::uint64_t reach; // the greatest end of the ranges up to here
        const std::string* owner;
    };
    template <class See>
    void for_each(unsigned id, See see) const;

    std::set<std::string, std::less<>> x_owners;
    std::vector<range> x_ranges; // by their first number
};

} // namespace tokenward
