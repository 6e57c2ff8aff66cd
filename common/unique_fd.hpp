// A file descriptor that is closed when its owner goes.
#pragma once

#include <unistd.h>

#include <utility>

namespace tokenward {

class unique_fd {
  public:
    unique_fd() noexcept = default;
    explicit unique_fd(int fd) noexcept : x_fd(fd) {}
    unique_fd(unique_fd&& other) noexcept : x_fd(other.release()) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        if (this != &other) {
            reset();
            x_fd = other.release();
        }
        return *this;
    }
    unique_fd(const unique_fd&) = delete;
    unique_fd& operator=(const unique_fd&) = delete;
    ~unique_fd() { reset(); }

    int get() const noexcept { return x_fd; }
    int release() noexcept { return std::exchange(x_fd, -1); }
    void reset() noexcept {
        if (x_fd >= 0) ::close(x_fd);
        x_fd = -1;
    }
    explicit operator bool() const noexcept { return x_fd >= 0; }

  private:
    int x_fd = -1;
};

} // namespace tokenward
