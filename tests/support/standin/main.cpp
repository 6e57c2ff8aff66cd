// tokenward-iam-standin: starts the server, says where it listens, and waits to be told to end.
#include "tests/support/standin/options.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace {

using namespace tokenward::standin;

void die_with_parent(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::raise(SIGTERM); // it went before the prctl
}

/// Written aside and renamed: who finds the file finds it complete.
void write_port_file(const std::string& path, const std::string& text) {
    const auto fresh = path + ".new";
    std::ofstream out(fresh);
    if (!(out << text) || !out.flush() || std::rename(fresh.c_str(), path.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), "can't write " + path);
}

void announce(const server& running, const std::string& port_file) {
    std::string text;
    for (const auto& line : running.ready()) text += "ready " + line + "\n";
    if (!port_file.empty()) write_port_file(port_file, text);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const pid_t parent = ::getppid();
    int exit_status = 0;
    const auto chosen = parse_options(argc, argv, exit_status);
    if (!chosen) return exit_status;
    // Blocked before the first thread, so that none but this one gets them.
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigaddset(&ends, SIGINT);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    if (chosen->die_with_parent) die_with_parent(parent);
    try {
        state shared;
        apply(*chosen, shared);
        const server running(shared, chosen->server);
        announce(running, chosen->port_file);
        int received = 0;
        ::sigwait(&ends, &received);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "tokenward-iam-standin: %s\n", e.what());
        return 1;
    }
    return 0;
}
