// What a fault does to an answer and to its way over the wire.
#pragma once

#include "tests/support/standin/clock.hpp"
#include "tests/support/standin/delivery.hpp"
#include "tests/support/standin/faults.hpp"

namespace tokenward::standin {

/// Whether the IAM never gets to see the request: another answer, or none, comes in its place.
bool replaces_answer(const fault& what);

/// REQUIRES: replaces_answer(what). For a fault that sends nothing, it is an empty answer.
response replacement(const fault& what, time_point now);

/// Changes the answer that the IAM gave.
void spoil(const fault& what, response& answer, time_point now);

/// How it is sent.
void spoil(const fault& what, delivery& how);

} // namespace tokenward::standin
