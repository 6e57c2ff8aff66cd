// Users and groups as this machine knows them.
#pragma once

#include "daemon/names/name_service.hpp"

namespace tokenward {

/// Asks the system's databases (getpwnam_r, getgrnam_r, getpwuid_r, getgrgid_r, getgrouplist).
class system_names final : public name_service {
  public:
    std::optional<unsigned> user(const std::string& name) const override;
    std::optional<unsigned> group(const std::string& name) const override;
    std::optional<std::string> user_name(unsigned uid) const override;
    std::optional<std::string> group_name(unsigned gid) const override;
    std::optional<std::vector<unsigned>> groups_of(const std::string& user) const override;
};

} // namespace tokenward
