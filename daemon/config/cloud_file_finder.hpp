// Finds clouds.yaml, secure.yaml, clouds-public.yaml and the OS_* variables where OpenStack's tools look for
// them.
#pragma once

#include "daemon/config/cloud_sources.hpp"

namespace tokenward {

/// Of each file the first that exists and can be read: $OS_CLIENT_CONFIG_FILE ($OS_CLIENT_SECURE_FILE,
/// $OS_CLIENT_VENDOR_FILE), the working directory if that is asked for, $XDG_CONFIG_HOME/openstack,
/// ~/.config/openstack, /etc/xdg/openstack ($XDG_CONFIG_DIRS), /etc/openstack; as .yaml, .yml or .json. Reads
/// the environment: use it from one thread only.
class cloud_file_finder final : public cloud_finder {
  public:
    explicit cloud_file_finder(bool in_working_directory) : x_in_working_directory(in_working_directory) {}
    /// Secret variables that one call has seen are in the result of later calls too, although they leave the
    /// environment when they are read.
    cloud_sources find() const override;

  private:
    bool x_in_working_directory;
};

/// Whether a user started this process: it is not root's and systemd did not start it. Only then has the user
/// chosen the working directory.
bool is_run_by_a_person();

} // namespace tokenward
