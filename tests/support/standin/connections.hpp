// The open connections of a set of listeners: a thread for each, and a way to cut them all.
#pragma once

#include "tests/support/standin/net.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace tokenward::standin {

class connections {
  public:
    connections() = default;
    ~connections() { cut_all(); }
    connections(const connections&) = delete;
    connections& operator=(const connections&) = delete;

    /// Runs `talk` in a thread of its own, and closes the socket when it is through. `talk` must end soon
    /// after its socket has been shut down.
    void serve(unique_fd socket, std::function<void(int socket)> talk);

    /// Shuts all sockets down and waits for the threads. REQUIRES: not called from one of them.
    void cut_all();

  private:
    struct connection {
        unique_fd socket;
        bool over = false; ///< the thread is about to end
        std::thread thread{};
    };

    std::mutex x_mutex;
    std::list<connection> x_open;
};

} // namespace tokenward::standin
