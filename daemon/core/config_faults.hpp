// Gathers all that is wrong with a file, so that an operator mends it in one go.
#pragma once

#include "daemon/core/config.hpp"

#include <string>
#include <vector>

namespace tokenward {

class fault_list {
  public:
    /// `file` is for the messages.
    explicit fault_list(std::string file) : x_file(std::move(file)) {}

    /// `line` counts from 1; 0 = the file as a whole. `message` holds no secret.
    void error(int line, std::string message);
    void warning(int line, std::string message);

    /// Whether further faults are only counted: the time for making their messages can be saved.
    bool full() const { return x_faults.size() >= most; }

    /// All faults in the order of their lines. If there were more than are kept, the last says so, as an
    /// error.
    std::vector<config_fault> take();

  private:
    static constexpr std::size_t most =
        1000; // nobody reads more, and a hostile file may have a hundred thousand

    void add(config_fault::level severity, int line, std::string message);

    std::string x_file;
    std::vector<config_fault> x_faults;
    std::size_t x_dropped = 0;
};

} // namespace tokenward
