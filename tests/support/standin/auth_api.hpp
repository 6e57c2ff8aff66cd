// The identity API: logins, validation, revocation, and the version document that clients look for first.
#pragma once

#include "tests/support/standin/state.hpp"

namespace tokenward::standin {

// Each of these REQUIRES that the mutex is held.

/// POST /v3/auth/tokens: 201 with X-Subject-Token, or a refusal.
response log_in(state& s, const request& from, const login_request& login);

/// GET, HEAD and DELETE /v3/auth/tokens.
response look_up_or_revoke(state& s, const request& from);

/// GET /v3 and the like; 404 for every other path.
response version_document(const state& s, const request& from);

} // namespace tokenward::standin
