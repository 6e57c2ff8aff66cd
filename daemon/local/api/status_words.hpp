// How the states of a key are called in what people and programs read.
#pragma once

#include "daemon/core/lifecycle.hpp"

#include <string_view>

namespace tokenward::local {

constexpr std::string_view state_word(key_state state) noexcept {
    switch (state) {
    case key_state::fetching: return "fetching";
    case key_state::valid: return "valid";
    case key_state::renewing: return "renewing";
    case key_state::stale: return "stale";
    case key_state::waiting: return "waiting";
    case key_state::failed: return "failed";
    case key_state::rejected: return "rejected";
    case key_state::passcode: return "passcode";
    }
    return "unknown";
}

} // namespace tokenward::local
