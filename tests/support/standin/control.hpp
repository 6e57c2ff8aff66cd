// The control interface: how a test drives the stand-in, and asks it what it saw.
#pragma once

#include "tests/support/standin/state.hpp"

#include <functional>

namespace tokenward::standin {

/// What the server lends to the control interface.
struct power_switch {
    std::function<void()> down;
    std::function<void()> up;
};

/// Whether the path is one of the control interface.
bool is_control(const std::string& path) noexcept;

/// Answers one request to /control/…; never throws. `power` null: down and up are refused, for they would cut
/// the very connection that asks. REQUIRES: the mutex is not held.
response control(state& s, const power_switch* power, const request& from);

} // namespace tokenward::standin
