// Who is it: passwords, passcodes, receipts, parent tokens and application credentials.
#pragma once

#include "tests/support/standin/state.hpp"

namespace tokenward::standin {

/// What the login proves, as a token without a scope (but for an application credential, which brings its
/// project). Throws refusal. REQUIRES: the mutex is held.
token authenticate(state& s, const request& from, const login_request& login);

} // namespace tokenward::standin
