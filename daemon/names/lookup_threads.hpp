// Threads for calls that may block for long: nobody waits for one that hangs, not even the daemon's end.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tokenward {

/// Threads are made as there is work, up to a bound, and end when they have had none for some seconds. They
/// take no signals. Used by one thread.
class lookup_threads {
  public:
    explicit lookup_threads(std::size_t most);
    /// What has not begun is dropped; what is under way goes on by itself.
    ~lookup_threads();
    lookup_threads(const lookup_threads&) = delete;
    lookup_threads& operator=(const lookup_threads&) = delete;

    /// Has `job` called by one of the threads, in the order of the calls. It must not throw, and must own all
    /// that it uses.
    void run(std::function<void()> job);

  private:
    struct state;
    std::shared_ptr<state> x_state;
};

} // namespace tokenward
