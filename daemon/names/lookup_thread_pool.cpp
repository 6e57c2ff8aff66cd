// A pool of detached threads that share a queue of jobs.
#include "daemon/names/lookup_thread_pool.hpp"

#include "daemon/base/log.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>

namespace tokenward {
namespace {

constexpr std::chrono::seconds longest_idle{5};
constexpr std::chrono::milliseconds longest_stop{100};

/// Threads that are started while this object lives receive no signals: the event loop handles them all.
class signals_blocked {
  public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        x_done = pthread_sigmask(SIG_SETMASK, &all, &x_before) == 0;
    }
    ~signals_blocked() {
        if (x_done) pthread_sigmask(SIG_SETMASK, &x_before, nullptr);
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

  private:
    sigset_t x_before{};
    bool x_done = false;
};

} // namespace

struct lookup_thread_pool::state {
    explicit state(std::size_t limit) : most(limit) {}

    static void work(const std::shared_ptr<state>& mine) {
        std::unique_lock lock(mine->mutex);
        for (;;) {
            ++mine->idle;
            const bool any = mine->changed.wait_for(lock, longest_idle,
                                                    [&] { return mine->stopped || !mine->jobs.empty(); });
            --mine->idle;
            if (!any || mine->stopped) break;
            std::function<void()> job = std::move(mine->jobs.front());
            mine->jobs.pop_front();
            ++mine->busy;
            lock.unlock();
            job();
            job = nullptr;
            lock.lock();
            --mine->busy;
        }
        --mine->threads;
        mine->changed.notify_all();
    }

    const std::size_t most;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    std::size_t threads = 0;
    std::size_t idle = 0;
    std::size_t busy = 0;
    bool stopped = false;
};

lookup_thread_pool::lookup_thread_pool(std::size_t most) : x_state(std::make_shared<state>(most)) {}

lookup_thread_pool::~lookup_thread_pool() {
    std::deque<std::function<void()>> dropped;
    std::unique_lock lock(x_state->mutex);
    x_state->stopped = true;
    dropped.swap(x_state->jobs);
    x_state->changed.notify_all();
    // Idle threads end at once; threads that hang are abandoned.
    x_state->changed.wait_for(lock, longest_stop, [&] { return x_state->threads == x_state->busy; });
}

void lookup_thread_pool::run(std::function<void()> job) {
    const std::lock_guard lock(x_state->mutex);
    x_state->jobs.push_back(std::move(job));
    if (x_state->idle < x_state->jobs.size() && x_state->threads < x_state->most) {
        try {
            const signals_blocked blocker;
            std::thread(&state::work, x_state).detach();
            ++x_state->threads;
        } catch (const std::system_error& error) { // another thread, or one started later, runs the job
            log::warning("no_thread", {}, "can't start a thread to look up users and groups: {}",
                         error.what());
        }
    }
    x_state->changed.notify_one();
}

} // namespace tokenward
