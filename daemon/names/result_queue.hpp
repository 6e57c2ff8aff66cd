// A queue through which threads pass their results to the event loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tokenward {

/// Any thread may put a result in. The owner takes them after `wake` was called, or waits for `arrived`.
/// `mutex` guards `results` and `wake`.
template <typename Result>
struct result_queue {
    void put(Result found) {
        const std::lock_guard lock(mutex);
        results.push_back(std::move(found));
        arrived.notify_all();
        if (wake) wake();
    }
    std::vector<Result> take() {
        const std::lock_guard lock(mutex);
        return std::exchange(results, {});
    }

    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<Result> results;
    std::function<void()> wake; ///< makes the owner call take(); null: the owner has stopped
};

} // namespace tokenward
