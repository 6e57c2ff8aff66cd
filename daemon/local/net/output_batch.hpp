// The answers of one read, gathered and sent by one system call.
#pragma once

#include "daemon/local/http/response.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tokenward::local {

/// Keeps answers alive until they are sent. Allocates nothing by itself.
class output_batch {
  public:
    enum class outcome { sent, blocked, broken };

    /// Adds an answer; `connection_field` (static, with CRLF, or empty) goes behind its status line.
    /// REQUIRES: !full().
    void add(response answer, std::string_view connection_field);
    /// Adds bytes that stay where they are until they are sent. REQUIRES: !full().
    void add(std::string_view bytes) noexcept;

    bool empty() const noexcept { return x_vector_count == 0; }
    /// Time to send: at 64 KiB, or when one more answer might not fit.
    bool full() const noexcept;

    /// Sends without blocking and without SIGPIPE, then is empty. What the socket did not take is added to
    /// `unsent`.
    outcome send(int fd, wiped_string& unsent);
    /// Moves all bytes to the end of `unsent`, sending nothing.
    void move_to(wiped_string& unsent);

  private:
    static constexpr std::size_t vectors_per_answer = 4; // status line, connection field, field, rest

    void append_from(std::size_t sent, wiped_string& unsent) const;
    void clear() noexcept;

    std::array<iovec, 16> x_vectors;
    std::size_t x_vector_count = 0;
    std::array<std::optional<response>, 16> x_answers;
    std::size_t x_answer_count = 0;
    std::size_t x_size = 0;
};

} // namespace tokenward::local
