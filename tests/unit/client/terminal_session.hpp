// A program at a terminal of its own, as under a shell with job control.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <sys/types.h>
#include <termios.h>

#include <string>
#include <vector>

namespace tokenward::test {

class terminal_session {
  public:
    /// Starts argv[0] (a path) in the foreground of a new pseudo-terminal; its environment is `env`
    /// ("NAME=value"). All that the terminal shows goes to output_audit.
    terminal_session(std::vector<std::string> argv, std::vector<std::string> env);
    ~terminal_session(); ///< nothing of it is left running
    terminal_session(const terminal_session&) = delete;
    terminal_session& operator=(const terminal_session&) = delete;

    /// What a person types; "\x03" is Ctrl-C, "\x1a" is Ctrl-Z.
    void type(const std::string& keys) const;
    /// Waits until the screen shows `text` after what the last call found; throws with all that was shown.
    void expect(const std::string& text);
    /// Waits until the program has stopped or ended, and reads the screen; the status as waitpid has it.
    int wait_change();
    void signal(int number) const;

    termios settings() const;
    const std::string& screen() const { return x_screen; } ///< all that was shown, as far as it was read

  private:
    bool read_screen(int wait_ms); ///< false: nothing came

    support::unique_fd x_master;
    support::unique_fd x_slave; ///< keeps the terminal alive after the program's end
    support::unique_fd x_changes;
    pid_t x_leader = -1;
    pid_t x_program = -1; ///< -1 once it has ended
    std::string x_screen;
    std::size_t x_seen = 0;
};

} // namespace tokenward::test
