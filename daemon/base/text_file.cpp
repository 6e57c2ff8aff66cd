// See text_file.hpp.
#include "daemon/base/text_file.hpp"

#include "common/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tokenward {
namespace {

using std::chrono::steady_clock;

/// Until there is something to read, or the end: 0, or an errno.
int wait_readable(int fd, steady_clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(std::max<long long>(left.count(), 0)));
        if (ready > 0) return 0;
        if (ready == 0) return ETIMEDOUT;
        if (errno != EINTR) return errno;
    }
}

/// Fills `text` as far as there is something; its size becomes that. 0, or an errno.
int read_into(wiped_string& text, int fd, bool may_wait, steady_clock::time_point until) {
    std::size_t size = 0;
    int error = 0;
    while (error == 0 && size < text.size()) {
        if (may_wait) error = wait_readable(fd, until);
        if (error != 0) break;
        const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got == 0) break;
        if (got > 0)
            size += static_cast<std::size_t>(got);
        else if (errno != EINTR && errno != EAGAIN)
            error = errno;
    }
    text.resize(error == 0 ? size : 0);
    return error;
}

} // namespace

text_file read_text_file(const std::string& path, std::chrono::milliseconds patience) {
    text_file made;
    auto failed = [&](int error) {
        made.error = error;
        made.fault = std::string("can't be read: ") +
                     (error == ETIMEDOUT ? "nobody writes to the other end of it" : std::strerror(error));
        return std::move(made);
    };
    const auto until = steady_clock::now() + patience;
    // Not blocking: opening a FIFO would wait for its writer.
    const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat is {};
    if (!file || fstat(file.get(), &is) != 0) return failed(errno);
    made.open_to_others = S_ISREG(is.st_mode) && (is.st_mode & (S_IROTH | S_IWOTH)) != 0;
    made.text.resize(text_file::largest + 1);
    if (int error = read_into(made.text, file.get(), !S_ISREG(is.st_mode), until); error != 0)
        return failed(error);
    if (made.text.size() > text_file::largest) {
        made.fault = "is larger than 1 MiB";
        made.text.clear();
    }
    return made;
}

} // namespace tokenward
