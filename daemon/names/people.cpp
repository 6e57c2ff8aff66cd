// The two books of names behind one door: first answers within a second, later ones by a call.
#include "daemon/names/people.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/explanation.hpp"
#include "daemon/names/system_names.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds names_patience = 1s; // what is known later is taken up then

} // namespace

people::people(boost::asio::io_context& io, const clock& time, std::function<void()> changed)
    : x_names(io.get_executor(), time, std::make_shared<system_names>(), changed),
      x_callers(io.get_executor(), time, std::make_shared<system_names>(), changed) {}

void people::begin(config& first) {
    const auto until = std::chrono::steady_clock::now() + names_patience;
    x_callers.begin(names_patience);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    x_names.begin(first, std::max(left, 0ms));
}

void people::take_up(config next, name_book::handler done) {
    x_names.take_up(std::move(next), names_patience, std::move(done));
}

void people::configure(config& rules) {
    x_names.fill(rules);
    x_callers.configure(rules);
    std::set<std::string> nameless;
    for (const identity_config& identity : rules.identities)
        for (const std::string& line : nameless_rules(identity)) {
            std::string key = identity.name + ": " + line;
            if (!x_nameless.contains(key) && !nameless.contains(key))
                log::warning("name_unresolved", {.identity = identity.name}, "{}; it is tried again", line);
            nameless.insert(std::move(key));
        }
    x_nameless = std::move(nameless);
}

void people::stop() {
    x_names.stop();
    x_callers.stop();
}

} // namespace tokenward
