// See floor_server.hpp.
#include "tests/bench/floor_server.hpp"

#include "tests/bench/unix_socket.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <csignal>

namespace tokenward::bench {
namespace {

using support::unique_fd;

bool watch(int poll, int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    return ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool answer_one(int fd, const std::string& answer) {
    std::array<char, 4096> asked;
    return ::recv(fd, asked.data(), asked.size(), 0) > 0 &&
           ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size());
}

void serve(int listener, const std::string& answer) {
    const unique_fd poll(::epoll_create1(EPOLL_CLOEXEC));
    std::array<epoll_event, 64> events{};
    for (bool good = watch(poll.get(), listener); good;) {
        const int count = ::epoll_wait(poll.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener)
                good = good && watch(poll.get(), ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
            else if (!answer_one(fd, answer))
                ::close(fd);
        }
    }
}

} // namespace

floor_server::floor_server(const std::string& socket, std::size_t answer) {
    const auto listener = unix_socket(socket, ::bind);
    if (::listen(listener.get(), SOMAXCONN) != 0) fail("listen");
    const pid_t parent = ::getpid();
    x_pid = ::fork();
    if (x_pid < 0) fail("fork");
    if (x_pid > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) serve(listener.get(), std::string(answer, 'x'));
    ::_exit(1);
}

floor_server::~floor_server() {
    ::kill(x_pid, SIGKILL);
    ::waitpid(x_pid, nullptr, 0);
}

} // namespace tokenward::bench
