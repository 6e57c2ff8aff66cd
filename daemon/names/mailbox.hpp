// What threads have found, on its way to the event loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tokenward {

/// Any thread may put a letter in. The owner takes them when `wake` was called, or waits for `arrived`.
/// `letters` and `wake` are under `mutex`.
template <typename Letter>
struct mailbox {
    void put(Letter found) {
        const std::lock_guard lock(mutex);
        letters.push_back(std::move(found));
        arrived.notify_all();
        if (wake) wake();
    }
    std::vector<Letter> take() {
        const std::lock_guard lock(mutex);
        return std::exchange(letters, {});
    }

    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<Letter> letters;
    std::function<void()> wake; ///< has the letters read; null: nobody does any more
};

} // namespace tokenward
