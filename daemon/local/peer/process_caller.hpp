// A process given by its pid, as if it had connected. For explanations only.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/core/caller.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward::local {

/// The caller that a connection of this process would be now. Must never decide who gets a token: the pid can
/// be reused at any time.
class process_caller final : public caller {
  public:
    /// Errors: not_found (there is no such process).
    static result<process_caller> of(pid_t pid, instant now, caller_directory* directory);

    std::optional<unsigned> uid() const override { return x_uid; }
    bool in_group(unsigned gid) const override;
    bool may_hide_groups() const override { return x_hides_groups; }
    std::optional<std::string_view> unit() const override { return x_unit; }
    std::shared_ptr<const caller_facts> facts() const override { return x_facts; }

  private:
    std::optional<unsigned> x_uid;
    std::vector<unsigned> x_groups; // the primary one too
    bool x_hides_groups = true;
    std::optional<std::string> x_unit;
    std::shared_ptr<const caller_facts> x_facts;
};

/// Effective ids and groups out of the text of a /proc/PID/status. None if it lacks them.
struct process_ids {
    unsigned uid;
    std::vector<unsigned> groups;
};
std::optional<process_ids> read_ids(std::string_view status);

} // namespace tokenward::local
