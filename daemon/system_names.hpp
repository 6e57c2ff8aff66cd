// Users and groups as this machine knows them.
#pragma once

#include "daemon/core/config.hpp"

namespace tokenward {

/// Resolves through the system's databases (getpwnam_r, getgrnam_r), which may ask a network: for start and
/// reload only. A name of digits that nobody bears is taken as the number itself, as chown(1) does. A
/// database that fails counts as one that has no such name.
class system_names final : public name_resolver {
  public:
    std::optional<unsigned> user(const std::string& name) const override;
    std::optional<unsigned> group(const std::string& name) const override;
};

} // namespace tokenward
