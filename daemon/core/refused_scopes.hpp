// Remembers failures of entries that were evicted: an eviction is no reason to ask the IAM again. Pure: time
// is an argument.
#pragma once

#include "common/scope.hpp"
#include "common/time.hpp"
#include "daemon/core/fetch_result.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// An answer that will be the same for a while.
struct remembered_failure {
    fetch_failure failure{};
    unsigned failures = 0; ///< in a row
    instant failed_at{};
    instant next_try{}; ///< until when it is remembered
};

/// Not thread-safe. `now` never goes back.
class refused_scopes {
  public:
    static constexpr std::size_t most = 1024; ///< of an identity; the oldest goes first

    void remember(std::string_view identity, const scope& target, remembered_failure what, instant now);
    /// Removes it: the new entry now owns it. None: it is not known, or its time is over.
    std::optional<remembered_failure> take(std::string_view identity, const scope& target, instant now);
    bool knows(std::string_view identity, const scope& target, instant now) const;
    /// To be called when the identity logs in otherwise, or is gone.
    void forget(std::string_view identity);
    std::size_t size(std::string_view identity) const;

  private:
    struct refused {
        scope target{};
        remembered_failure what{};
    };

    std::map<std::string, std::deque<refused>, std::less<>> x_refused; // by identity, the oldest first
};

} // namespace tokenward
