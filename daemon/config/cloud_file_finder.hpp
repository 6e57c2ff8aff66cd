// Finds clouds.yaml, secure.yaml, clouds-public.yaml and the OS_* variables where OpenStack's tools do.
#pragma once

#include "daemon/config/cloud_sources.hpp"

namespace tokenward {

/// Of each file the first that is there and may be read: $OS_CLIENT_CONFIG_FILE ($OS_CLIENT_SECURE_FILE,
/// $OS_CLIENT_VENDOR_FILE), the working directory if that is wanted, $XDG_CONFIG_HOME/openstack,
/// ~/.config/openstack, /etc/xdg/openstack ($XDG_CONFIG_DIRS), /etc/openstack; as .yaml, .yml or .json. Reads
/// the environment, so from one thread.
class cloud_file_finder final : public cloud_finder {
  public:
    explicit cloud_file_finder(bool in_working_directory) : x_in_working_directory(in_working_directory) {}
    /// Secret variables that a call has once seen are named by later ones too: they leave the environment
    /// when they are read.
    cloud_sources find() const override;

  private:
    bool x_in_working_directory;
};

/// Whether this process is one that somebody runs for themselves: neither root's nor started by systemd. Only
/// then is the working directory one that its user has chosen.
bool is_run_by_a_person();

} // namespace tokenward
