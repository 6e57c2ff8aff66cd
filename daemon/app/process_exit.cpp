// Ends the process from signal handlers.
#include "daemon/app/process_exit.hpp"

#include <csignal>

#include <sys/time.h>
#include <unistd.h>

namespace tokenward {
namespace {

volatile std::sig_atomic_t may_end = 0;
volatile std::sig_atomic_t is_pending = 0;

// Async-signal-safe.
extern "C" void end_process(int number) {
    if (number == SIGALRM || may_end != 0) ::_exit(0);
    is_pending = 1;
}

void end_process_at(int number) {
    struct sigaction how {};
    how.sa_handler = end_process;
    how.sa_flags = SA_RESTART;
    sigset_t set;
    if (sigemptyset(&set) != 0 || sigaddset(&set, number) != 0 || ::sigaction(number, &how, nullptr) != 0 ||
        ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr) != 0)
        ::_exit(0); // better too early than never
}

} // namespace

void hold_end_signals() {
    end_process_at(SIGTERM);
    end_process_at(SIGINT);
}

void end_process_at_signal() {
    may_end = 1;
    if (is_pending != 0) ::_exit(0);
}

void end_process_after(std::chrono::milliseconds patience) {
    end_process_at(SIGALRM);
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(patience.count() / 1000);
    timer.it_value.tv_usec = static_cast<suseconds_t>(patience.count() % 1000 * 1000);
    if (::setitimer(ITIMER_REAL, &timer, nullptr) != 0) ::_exit(0);
}

} // namespace tokenward
