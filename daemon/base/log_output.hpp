// Where the log's lines go: the journal's socket and stderr, and neither can block the daemon.
#pragma once

#include "common/unique_fd.hpp"

#include <sys/uio.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace tokenward::log {

/// What became of a line.
enum class outcome {
    taken,
    full,   ///< its reader is not reading: dropped
    broken, ///< there is no reader
};

/// How long to wait for a reader: 10 ms, since it may just be busy. After one that timed out: not at all,
/// until the reader takes something again.
class reader_wait {
  public:
    std::chrono::milliseconds limit() const noexcept {
        return std::chrono::milliseconds(x_timed_out ? 0 : 10);
    }
    void ended(bool timed_out) noexcept { x_timed_out = timed_out; }

  private:
    bool x_timed_out = false;
};

/// Speaks the journal's native protocol: one datagram per line, which is not waited for.
/// sd_journal_sendv(3) would block for as long as journald does not read. One thread.
class journal_output {
  public:
    /// More of one entry than this is not sent; bytes.
    static constexpr std::size_t longest_entry = std::size_t{16} * 1024;

    explicit journal_output(std::string path) : x_path(std::move(path)) {}
    /// `entries` are of the form `NAME=value`, without line ends.
    outcome send(std::span<const std::string> entries);

  private:
    std::string x_path;
    unique_fd x_socket;
    reader_wait x_wait;
};

/// Writes lines to a pipe, terminal, file or socket without waiting for its reader. The descriptor's flags
/// stay as they are, for others share them. Does not own it. One thread.
class stream_output {
  public:
    explicit stream_output(int fd) noexcept : x_fd(fd) {}
    /// `line` ends with a line feed.
    outcome write(std::string_view line);

  private:
    bool is_writable() noexcept;

    int x_fd;
    reader_wait x_wait;
    bool x_inside_line = false; // the last line was taken in part
};

} // namespace tokenward::log
