// See event_loop.hpp.
#include "daemon/base/event_loop.hpp"

#include "daemon/base/log.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <optional>

namespace tokenward {
namespace {

// One line in ten seconds.
class memory_warning {
  public:
    void give() noexcept {
        const auto now = std::chrono::steady_clock::now();
        if (x_given && now - *x_given < std::chrono::seconds(10)) return;
        x_given = now;
        log::error("out_of_memory", {}, "there was no memory for an event: what it was about is lost");
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> x_given{};
};

} // namespace

bool run_event_loop(boost::asio::io_context& io, const std::function<void()>& recover) {
    memory_warning warning;
    try {
        for (;;) {
            try {
                io.run();
                return true;
            } catch (const std::bad_alloc&) {
                warning.give();
            }
            recover();
        }
    } catch (const std::exception& error) {
        log::error("event_loop_failed", {}, "tokenwardd ends, for it can't go on: {}", error.what());
        return false;
    }
}

} // namespace tokenward
