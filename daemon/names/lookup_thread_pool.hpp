// Threads for calls that may block for long. Nothing waits for a call that hangs, not even the daemon's exit.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tokenward {

/// Starts threads as needed, up to a bound; a thread that is idle for some seconds ends. The threads receive
/// no signals. To be used from one thread.
class lookup_thread_pool {
  public:
    explicit lookup_thread_pool(std::size_t most);
    /// Drops jobs that have not begun. A job under way goes on in its thread.
    ~lookup_thread_pool();
    lookup_thread_pool(const lookup_thread_pool&) = delete;
    lookup_thread_pool& operator=(const lookup_thread_pool&) = delete;

    /// Queues `job` for one of the threads. It must not throw, and must own all that it uses.
    void run(std::function<void()> job);

  private:
    struct state;
    std::shared_ptr<state> x_state;
};

} // namespace tokenward
