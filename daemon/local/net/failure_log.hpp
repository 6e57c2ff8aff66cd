// Tells of connections that ended because something failed inside the daemon.
#pragma once

#include "common/time.hpp"

#include <cstddef>
#include <optional>

namespace tokenward::local {

/// At most one line a second, which says how many there were: whoever can bring about failures must not be
/// able to fill the log. One thread.
class failure_log {
  public:
    /// `what` failed: the text of an exception.
    void tell(const char* what, instant now) noexcept;

  private:
    std::optional<instant> x_told{};
    std::size_t x_untold = 0;
};

} // namespace tokenward::local
