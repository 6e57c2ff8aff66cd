// See terminal_session.hpp.
#include "terminal_session.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/output_audit.hpp"
#include "tests/support/system_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace tokenward::test {
namespace {

using support::throw_errno;

constexpr int patience_ms = std::chrono::milliseconds(support::patience).count();

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

struct plan {
    int terminal;
    int changes;
    pid_t parent;
    char** argv;
    char** env;
};

// After the fork of a process with threads: nothing but calls that are safe there.
[[noreturn]] void become_program(const plan& p) {
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN); // or the background could not become the foreground
    tcsetpgrp(p.terminal, getpid());
    signal(SIGTTOU, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(p.terminal, fd);
    execve(p.argv[0], p.argv, p.env);
    _exit(127);
}

// The shell's part: a session of its own, so that the program can be stopped, and news of how it fares.
[[noreturn]] void become_leader(const plan& p) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != p.parent) _exit(1);
    setsid();
    ioctl(p.terminal, TIOCSCTTY, 0);
    const pid_t program = fork();
    if (program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        become_program(p);
    }
    [[maybe_unused]] auto told = write(p.changes, &program, sizeof program);
    for (int status = 0; waitpid(program, &status, WUNTRACED) == program;) {
        told = write(p.changes, &status, sizeof status);
        if (!WIFSTOPPED(status)) break;
    }
    for (;;) pause(); // the end of the session would be a hang-up
}

int read_int(int fd, const std::string& screen) {
    pollfd entry{fd, POLLIN, 0};
    int value = 0;
    if (poll(&entry, 1, patience_ms) != 1 || read(fd, &value, sizeof value) != sizeof value)
        throw std::runtime_error("the program goes on; the screen shows:\n" + screen);
    return value;
}

} // namespace

terminal_session::terminal_session(std::vector<std::string> argv, std::vector<std::string> env) {
    int master = -1, slave = -1;
    if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) throw_errno("openpty");
    x_master = support::unique_fd(master);
    x_slave = support::unique_fd(slave);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fcntl(slave, F_SETFD, FD_CLOEXEC);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
    x_changes = support::unique_fd(ends[0]);
    support::unique_fd changes(ends[1]);
    auto arguments = pointers(argv), variables = pointers(env);
    const plan p{slave, ends[1], getpid(), arguments.data(), variables.data()};
    x_leader = fork();
    if (x_leader < 0) throw_errno("fork");
    if (x_leader == 0) become_leader(p);
    x_program = read_int(x_changes.get(), "");
}

terminal_session::~terminal_session() {
    if (x_program > 0) kill(x_program, SIGKILL); // its leader does not reap it before it has told
    kill(x_leader, SIGKILL);
    waitpid(x_leader, nullptr, 0);
    support::output_audit::instance().add("the terminal", x_screen);
}

void terminal_session::type(const std::string& keys) const {
    if (write(x_master.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw_errno("cannot type");
}

bool terminal_session::read_screen(int wait_ms) {
    pollfd entry{x_master.get(), POLLIN, 0};
    std::array<char, 4096> bytes;
    if (poll(&entry, 1, wait_ms) != 1) return false;
    const ssize_t count = read(x_master.get(), bytes.data(), bytes.size());
    if (count > 0) x_screen.append(bytes.data(), static_cast<std::size_t>(count));
    return count > 0;
}

void terminal_session::expect(const std::string& text) {
    for (;;) {
        const std::size_t at = x_screen.find(text, x_seen);
        if (at != std::string::npos) {
            x_seen = at + text.size();
            return;
        }
        if (!read_screen(patience_ms))
            throw std::runtime_error("no \"" + text + "\" on the screen:\n" + x_screen);
    }
}

int terminal_session::wait_change() {
    const int status = read_int(x_changes.get(), x_screen);
    if (!WIFSTOPPED(status)) x_program = -1;
    while (read_screen(0)) {
    }
    return status;
}

void terminal_session::signal(int number) const {
    kill(x_program, number);
}

termios terminal_session::settings() const {
    termios now{};
    if (tcgetattr(x_slave.get(), &now) != 0) throw_errno("tcgetattr");
    return now;
}

} // namespace tokenward::test
