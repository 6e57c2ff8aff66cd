// A program under test: started, watched, and never left behind.
#pragma once

#include "tests/support/eventually.hpp"
#include "tests/support/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tokenward::support {

struct process_options {
    std::map<std::string, std::string> env{}; ///< set on top of what is inherited
    bool inherit_env = true;                  ///< false: the child sees `env` alone
    std::string input{};                      ///< its standard input, at most 64 KiB, then end of file
    std::string directory{};                  ///< where it runs; empty = here
    bool prints_secrets = false; ///< its standard output is a token on purpose: only its stderr is audited
};

/// A child in its own process group, with stdout and stderr captured by a thread of ours, so that it never
/// blocks on a full pipe. It dies with this object, and with the thread that made it (PR_SET_PDEATHSIG): make
/// it in a thread that outlives it. All it prints goes to output_audit. The members may be called from one
/// thread at a time.
class process {
  public:
    using milliseconds = std::chrono::milliseconds;

    /// Starts argv[0] (searched in PATH when it has no slash). Throws std::system_error when it can't be
    /// executed.
    explicit process(std::vector<std::string> argv, process_options options = {});
    /// Kills the whole group with SIGKILL and reaps the child.
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    pid_t pid() const noexcept { return x_pid; }
    bool running() const;

    /// Waits for a line of stdout or stderr that contains `text`, and returns it without its line feed. Looks
    /// only at lines that came after the one that the last call returned, of the same stream.
    /// Throws std::runtime_error, with all the output, when it does not come in time or the output ends.
    std::string wait_for_line(std::string_view text, milliseconds limit = patience);

    /// Waits for the end; returns the exit status, or 128 + the signal. Then the output is complete (but for
    /// descendants that still hold the pipes). Throws std::runtime_error when it still runs.
    int wait_exit(milliseconds limit = patience);

    /// Sends a signal to the child alone.
    void signal(int number) const;

    /// What it has printed so far.
    std::string out() const;
    std::string err() const;

  private:
    struct captured {
        unique_fd pipe;
        std::string text{};
        std::size_t seen = 0; ///< up to here wait_for_line has returned
    };

    void spawn(const std::vector<std::string>& argv, const process_options& options);
    void collect();
    std::optional<std::string> next_line(captured& from, std::string_view text) const;
    std::string all_output() const;

    std::string x_name;
    bool x_prints_secrets;
    pid_t x_pid = -1;
    unique_fd x_pidfd;
    unique_fd x_stop; ///< an eventfd that ends the collector
    std::optional<int> x_status;

    mutable std::mutex x_mutex; ///< guards what follows
    std::condition_variable x_changed;
    captured x_out, x_err;
    bool x_ended = false;
    std::thread x_collector;
};

/// Runs a program to its end: its status and all it printed.
struct finished {
    int status;
    std::string out;
    std::string err;
};
finished run(std::vector<std::string> argv, process_options options = {},
             std::chrono::milliseconds limit = patience);

} // namespace tokenward::support
