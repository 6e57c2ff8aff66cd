// What an answer to a login, or the want of one, means for the IAM's count of failures.
#pragma once

#include "daemon/core/lockout_guard.hpp"
#include "daemon/iam/keystone_codec.hpp"

namespace tokenward::iam {

/// What nobody can vouch for is lost: it may have been counted.
login_end end_of(const login_answer& answer) noexcept;

} // namespace tokenward::iam
