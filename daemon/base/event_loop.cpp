// What an exception that escapes from a handler does to the event loop.
#include "daemon/base/event_loop.hpp"

#include "daemon/base/log.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <optional>

namespace tokenward {
namespace {

// Logs at most one line in ten seconds.
class memory_warning {
  public:
    void write() noexcept {
        const auto now = std::chrono::steady_clock::now();
        if (x_written && now - *x_written < std::chrono::seconds(10)) return;
        x_written = now;
        log::error("out_of_memory", {}, "out of memory: an event was dropped");
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> x_written{};
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
                warning.write();
            }
            recover();
        }
    } catch (const std::exception& error) {
        log::error("event_loop_failed", {}, "tokenwardd ends because it can't go on: {}", error.what());
        return false;
    }
}

} // namespace tokenward
