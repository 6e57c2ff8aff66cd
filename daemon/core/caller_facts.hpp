// What the system's databases say of a caller's numbers: names, and who owns subordinate ones.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tokenward {

struct named_group {
    unsigned gid = 0;
    std::string name{}; ///< empty = it has none, or the databases don't tell
    friend bool operator==(const named_group&, const named_group&) = default;
};

/// A user to whom /etc/subuid or /etc/subgid gives numbers.
struct id_owner {
    std::string user{};                               ///< the name; empty = not known
    std::optional<unsigned> uid{};                    ///< none = not known
    std::optional<std::vector<named_group>> groups{}; ///< all that the user is in; none = not known
    friend bool operator==(const id_owner&, const id_owner&) = default;
};

/// None of this is proof: it counts for `deny` alone.
struct caller_facts {
    bool has_names = false;            ///< whether `user` and `groups` were looked up
    std::string user{};                ///< the uid's name; empty = it has none, or the databases don't tell
    std::vector<named_group> groups{}; ///< all gids of the caller
    bool owners_known = true;          ///< false: the files that say who owns numbers can't be read
    std::vector<id_owner> owners{};    ///< of the uid and of the gids
    friend bool operator==(const caller_facts&, const caller_facts&) = default;
};

/// Knows callers' numbers, or looks them up without making anybody wait. One thread.
class caller_directory {
  public:
    virtual ~caller_directory() = default;
    /// What is known. Null: not yet, and a look-up has begun.
    virtual std::shared_ptr<const caller_facts> find(unsigned uid, std::span<const unsigned> gids) = 0;
    /// Whether something that rules need is still being looked up. If so `done` is called once, from the
    /// event loop: when it is known, or when it has taken too long.
    virtual bool wait_for(unsigned uid, std::span<const unsigned> gids, std::function<void()> done) = 0;
    /// Changes when what rules need has changed, or what is known of numbers in general.
    virtual std::uint64_t version() const noexcept = 0;
    /// The uid in whose share this one counts: that of the owner if it is a subordinate one, else itself.
    virtual unsigned share_of(unsigned uid) = 0;
};

} // namespace tokenward
