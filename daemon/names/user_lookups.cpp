// Starts both look-ups, gives them a second at the start, and logs rules whose names have no number.
#include "daemon/names/user_lookups.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/explanation.hpp"
#include "daemon/names/system_names.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds names_patience = 1s; // numbers that are known later are used from then on

} // namespace

user_lookups::user_lookups(boost::asio::io_context& io, const clock& time, std::function<void()> changed)
    : x_names(io.get_executor(), time, std::make_shared<system_names>(), changed),
      x_callers(io.get_executor(), time, std::make_shared<system_names>(), changed) {}

void user_lookups::start(config& first) {
    const auto until = std::chrono::steady_clock::now() + names_patience;
    x_callers.start(names_patience);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    x_names.start(first, std::max(left, 0ms));
}

void user_lookups::resolve(config next, rule_name_lookup::handler done) {
    x_names.resolve(std::move(next), names_patience, std::move(done));
}

void user_lookups::configure(config& rules) {
    x_names.fill(rules);
    x_callers.configure(rules);
    std::set<std::string> unresolved;
    for (const identity_config& identity : rules.identities)
        for (const std::string& line : unresolved_rules(identity)) {
            std::string key = identity.name + ": " + line;
            if (!x_unresolved.contains(key) && !unresolved.contains(key))
                log::warning("name_unresolved", {.identity = identity.name}, "{}; it is tried again", line);
            unresolved.insert(std::move(key));
        }
    x_unresolved = std::move(unresolved);
}

void user_lookups::stop() {
    x_names.stop();
    x_callers.stop();
}

} // namespace tokenward
