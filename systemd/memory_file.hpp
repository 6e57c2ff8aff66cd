// Sealed files in memory, which the service manager keeps for us.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "common/unique_fd.hpp"

#include <cstddef>
#include <string_view>

namespace tokenward::systemd {

/// More than this is neither written nor read.
inline constexpr std::size_t most_sealed_bytes = std::size_t{512} << 20;

/// A sealed file of memory (memfd_create(2), all of F_SEAL_*), and its pages held in memory by mlock(2) while
/// this lives, as far as RLIMIT_MEMLOCK goes. memfd_secret(2) would not do: it
/// can't be sealed, so whoever else has the descriptor could change what we read at the next start.
class sealed_memory {
  public:
    /// Errors: internal, with the system's word; too_large.
    static result<sealed_memory> make(std::string_view bytes);

    sealed_memory() noexcept = default;
    sealed_memory(sealed_memory&& other) noexcept;
    sealed_memory& operator=(sealed_memory&& other) noexcept;
    ~sealed_memory();

    int fd() const noexcept { return x_fd.get(); }
    bool is_locked() const noexcept { return x_locked; }

  private:
    unique_fd x_fd;
    void* x_pages = nullptr; // null: not mapped
    std::size_t x_size = 0;
    bool x_locked = false;
};

/// What is in such a file. Errors: internal (it is none, not sealed, or can't be read), too_large.
result<wiped_string> read_sealed(int fd);

} // namespace tokenward::systemd
