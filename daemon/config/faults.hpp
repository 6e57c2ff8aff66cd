// Gathers all that is wrong with a configuration, so that an operator mends it in one go.
#pragma once

#include "daemon/config/parse_config.hpp"

#include <string>
#include <vector>

namespace tokenward {

/// Faults of one file, and of further ones that belong to it (clouds.yaml). A line of a further file is told
/// from those of the first by the number that add_file() gave, added to it; so `line` always says the file.
class fault_list {
  public:
    /// `file` is for the messages.
    explicit fault_list(std::string file) { x_files.push_back({std::move(file)}); }

    /// A further file, of which `open_to_others` says whether people other than its owner may read it.
    /// Returns what is to be added to the numbers of its lines. After a thousand, files share the last name.
    int add_file(std::string name, bool open_to_others);

    /// `line` counts from 1; 0 = the file as a whole. `message` holds no secret.
    void error(int line, std::string message);
    void warning(int line, std::string message);

    /// Whether the line is one of the first file.
    bool is_own(int line) const { return line < lines_per_file; }
    /// Whether the line's file is known to be open to others.
    bool is_open(int line) const { return x_files[file_of(line)].open_to_others; }
    /// For messages: "line 3", or "line 3 of FILE" for a further file.
    std::string where(int line) const;
    /// The file that the line is one of, and its number there.
    const std::string& file(int line) const { return x_files[file_of(line)].name; }
    static int number(int line) { return line % lines_per_file; }

    /// Whether further faults are only counted: the time for making their messages can be saved.
    bool full() const { return x_faults.size() >= most; }

    /// All faults in the order of their lines, those of the first file first. If there were more than are
    /// kept, the last says so, as an error.
    std::vector<config_fault> take();

  private:
    struct known_file {
        std::string name{};
        bool open_to_others = false;
    };
    static constexpr std::size_t most =
        1000; // nobody reads more, and a hostile file may have a hundred thousand
    static constexpr int lines_per_file = 1 << 21; // a text has 1 MiB at most
    static constexpr std::size_t most_files = 1 << 10;

    static std::size_t file_of(int line) { return static_cast<std::size_t>(line / lines_per_file); }
    void add(config_fault::level severity, int line, std::string message);

    std::vector<known_file> x_files{};
    std::vector<config_fault> x_faults{}; // without their file, which `line` says
    std::size_t x_dropped = 0;
};

} // namespace tokenward
