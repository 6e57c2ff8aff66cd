// See connections.hpp.
#include "tests/support/standin/connections.hpp"

#include <sys/socket.h>

#include <utility>

namespace tokenward::standin {

void connections::serve(unique_fd socket, std::function<void(int socket)> talk) {
    const std::lock_guard lock(x_mutex);
    // Those that are over need the lock no more, so that joining them here can't wait long.
    x_open.remove_if([](connection& old) {
        if (old.over) old.thread.join();
        return old.over;
    });
    connection& added = x_open.emplace_back(connection{std::move(socket)});
    added.thread = std::thread([this, &added, talk = std::move(talk)] {
        talk(added.socket.get());
        const std::lock_guard ending(
            x_mutex); // cut_all must not shut down a descriptor that is another's by then
        added.socket.reset();
        added.over = true;
    });
}

void connections::cut_all() {
    std::list<connection> ending;
    {
        const std::lock_guard lock(x_mutex);
        for (auto& open : x_open)
            if (open.socket) ::shutdown(open.socket.get(), SHUT_RDWR);
        ending.splice(ending.end(), x_open); // the elements stay where they are: the threads refer to them
    }
    for (auto& old : ending) old.thread.join();
}

} // namespace tokenward::standin
