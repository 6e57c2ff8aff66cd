// Reads a text file without waiting long for it.
#include "daemon/base/text_file.hpp"

#include "common/posix.hpp"
#include "common/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

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

} // namespace

text_file read_text_file(const std::string& path, std::chrono::milliseconds timeout) {
    text_file made;
    auto failed = [&](int error) {
        made.error = error;
        made.fault = "can't be read: " +
                     (error == ETIMEDOUT ? "nobody writes to the other end of it" : error_text(error));
        return std::move(made);
    };
    const auto until = steady_clock::now() + timeout;
    // Not blocking: opening a FIFO would wait for its writer.
    const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat is {};
    if (!file || fstat(file.get(), &is) != 0) return failed(errno);
    made.open_to_others = S_ISREG(is.st_mode) && (is.st_mode & (S_IROTH | S_IWOTH)) != 0;
    std::function<int()> wait;
    if (!S_ISREG(is.st_mode)) wait = [&] { return wait_readable(file.get(), until); };
    made.text.resize(text_file::largest + 1);
    const read_outcome got = read_all(file.get(), made.text, wait);
    made.text.resize(got.error == 0 && got.size <= text_file::largest ? got.size : 0);
    if (got.error != 0) return failed(got.error);
    if (got.size > text_file::largest) made.fault = "is larger than 1 MiB";
    return made;
}

} // namespace tokenward
