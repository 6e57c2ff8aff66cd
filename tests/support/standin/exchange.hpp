// One request to the IAM or a service, from its arrival to the last byte of its answer.
#pragma once

#include "tests/support/standin/state.hpp"

namespace tokenward::standin {

/// Counts the request, holds it at the gate, applies the fault that waits for it, and answers. Whether the
/// connection may be used again. REQUIRES: the mutex is not held.
bool exchange(state& s, stream& with, const request& from);

} // namespace tokenward::standin
