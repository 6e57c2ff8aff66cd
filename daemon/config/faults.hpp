// The faults of a configuration: all are collected, so that an operator can correct them in one go.
#pragma once

#include <string>
#include <vector>

namespace tokenward {

/// An error or a warning about a line of a file.
struct config_fault {
    enum class level { error, warning };
    level severity = level::error;
    std::string file{};
    int line = 0; ///< from 1; 0 = the file as a whole
    std::string message{};
};

/// "FILE:LINE: error: MESSAGE"
std::string to_string(const config_fault& fault);

/// Faults of one file and of others that belong to it (clouds.yaml). The lines of each other file are offset
/// by the number that add_file() returned, so that a line number also identifies its file.
class fault_list {
  public:
    /// `file` is for the messages.
    explicit fault_list(std::string file) { x_files.push_back({std::move(file)}); }

    /// Adds another file; `open_to_others`: others than its owner and group may read it. Returns the offset
    /// of its line numbers. After 1,024 files, all share the last name.
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
    /// The file of the line, and the number of the line there.
    const std::string& file(int line) const { return x_files[file_of(line)].name; }
    static int number(int line) { return line % lines_per_file; }

    /// Whether further faults are only counted, so that their messages need not be made.
    bool full() const { return x_faults.size() >= most; }

    /// All faults by file and line. If some were not kept, the last one is an error that says how many.
    std::vector<config_fault> take();

  private:
    struct known_file {
        std::string name{};
        bool open_to_others = false;
    };
    static constexpr std::size_t most = 1000;      // a hostile file may have a hundred thousand
    static constexpr int lines_per_file = 1 << 21; // a text has 1 MiB at most
    static constexpr std::size_t most_files = 1 << 10;

    static std::size_t file_of(int line) { return static_cast<std::size_t>(line / lines_per_file); }
    void add(config_fault::level severity, int line, std::string message);

    std::vector<known_file> x_files{};
    std::vector<config_fault> x_faults{}; // without their file; `line` identifies it
    std::size_t x_dropped = 0;
};

} // namespace tokenward
