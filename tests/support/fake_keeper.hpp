// A keeper that confirms when a test says so.
#pragma once

#include "daemon/core/keeper.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace tokenward::testing {

/// Keeps nothing. One thread.
struct fake_keeper final : keeper {
    void changed() override { ++changes; }
    void keep_now(std::function<void()> kept) override { waiting.push_back(std::move(kept)); }
    void confirm() {
        for (auto& kept : std::exchange(waiting, {})) kept();
    }
    int changes = 0;
    std::vector<std::function<void()>> waiting{};
};

} // namespace tokenward::testing
