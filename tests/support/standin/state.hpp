// Everything that the connections' threads share, behind one mutex.
#pragma once

#include "tests/support/standin/clock.hpp"
#include "tests/support/standin/faults.hpp"
#include "tests/support/standin/identities.hpp"
#include "tests/support/standin/ledger.hpp"
#include "tests/support/standin/settings.hpp"
#include "tests/support/standin/tokens.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace tokenward::standin {

/// Where requests wait until a test lets them go.
struct gate {
    std::set<traffic> shut{};
    std::uint64_t openings = 0; ///< how often it was opened whole
    std::uint64_t permits = 0;  ///< requests that may pass although it is shut
};

/// Proof of a right password, given to a user who owes a passcode (Keystone).
struct receipt {
    std::string user_id;
    time_point expires;
};

/// Functions that take a state say whether the mutex must be held.
struct state {
    std::mutex mutex;
    std::condition_variable changed; ///< notified at every change of what follows

    settings options;
    identities people;
    token_store tokens;
    std::map<std::string, receipt> receipts;
    std::map<std::string, unsigned> failures; ///< in a row, by user id
    fault_queue faults;
    ledger seen;
    gate entrance;
    std::uint64_t cuts = 0; ///< how often all connections were cut: a request that waits then gives up
    bool stopping = false;

    time_point now() const { return standin::now(options); }
};

} // namespace tokenward::standin
