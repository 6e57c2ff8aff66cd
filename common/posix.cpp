// The loops around read(2) and write(2), and errno as a problem.
#include "common/posix.hpp"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace tokenward {

std::string error_text(int error) {
    return std::generic_category().message(error);
}

problem system_problem(std::string_view what, int error) {
    return {errc::internal, std::string("can't ").append(what).append(": ").append(error_text(error))};
}

problem system_problem(std::string_view what, std::string_view path, int error) {
    return system_problem(std::string(what).append(" ").append(path), error);
}

read_outcome read_all(int fd, std::span<char> into, const std::function<int()>& wait) {
    read_outcome done;
    while (done.size < into.size()) {
        if (wait) done.error = wait();
        if (done.error != 0) break;
        const ssize_t got = ::read(fd, into.data() + done.size, into.size() - done.size);
        if (got == 0) break;
        if (got > 0)
            done.size += static_cast<std::size_t>(got);
        else if (errno != EINTR && !(wait && errno == EAGAIN))
            done.error = errno;
        if (done.error != 0) break;
    }
    return done;
}

int write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        if (put == 0) return EIO; // which the kernel does not do
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return 0;
}

std::string_view environment_variable(const char* name) noexcept {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

} // namespace tokenward
