// What the tests of look-ups share: an event loop, a name service that hangs on demand, and a count of
// changes.
#pragma once

#include "tests/shell/fakes.hpp"
#include "tests/unit/names/blocking_names.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace tokenward::testing {

class LookupTest : public ::testing::Test {
  protected:
    ~LookupTest() override { names->let_go(); }

    /// Runs the event loop until `holds`, for 20 seconds at most. Returns whether it does.
    template <class Holds>
    bool runs_until(Holds holds) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!holds() && std::chrono::steady_clock::now() < until) {
            io.restart();
            io.run_for(std::chrono::milliseconds(5));
        }
        return holds();
    }

    boost::asio::io_context io{1};
    std::shared_ptr<blocking_names> names = std::make_shared<blocking_names>();
    int changes = 0;
};

} // namespace tokenward::testing
