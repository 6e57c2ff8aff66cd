// Merges the login of a cloud into the identity that names it.
#pragma once

#include "daemon/config/yaml_node.hpp"

namespace tokenward {

/// Adds the keys of `login` (made by merge_cloud) that `identity` does not have, in `auth` key by key. An
/// alternative counts as the key: `user_id` in the identity keeps out the cloud's `username`. Secrets of the
/// cloud that do not go with the identity's own auth_type are left out. REQUIRES: `login` is a map with an
/// `auth`.
void add_cloud_login(yaml_node& identity, yaml_node login);

} // namespace tokenward
