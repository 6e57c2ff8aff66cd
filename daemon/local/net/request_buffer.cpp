// Receives input after the kept part of a request, and keeps the rest that is not used.
#include "daemon/local/net/request_buffer.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace tokenward::local {
namespace {

constexpr std::size_t read_size = std::size_t{16} * 1024; // more of a request that came in part

} // namespace

ssize_t request_buffer::receive(int fd, std::span<char> shared, std::span<char>& received) {
    std::size_t before = 0;
    std::span<char> room = shared;
    if (x_partial) {
        before = x_partial->bytes.size();
        x_partial->bytes.resize(before + read_size);
        room = std::span(x_partial->bytes).subspan(before);
    }
    ssize_t size = 0;
    do size = ::recv(fd, room.data(), room.size(), MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0) size = -errno;
    const std::size_t added = size > 0 ? static_cast<std::size_t>(size) : 0;
    if (x_partial) x_partial->bytes.resize(before + added);
    received = x_partial ? std::span<char>(x_partial->bytes) : room.first(added);
    return size;
}

bool request_buffer::keep(std::span<char> rest, const request_parser& parser) {
    bool another = false;
    if (rest.empty()) {
        clear();
        return another;
    }
    if (!x_partial) {
        x_partial = std::make_unique<partial_request>();
        x_partial->bytes.assign(rest.begin(), rest.end());
        another = true;
    } else if (const std::size_t used = x_partial->bytes.size() - rest.size(); used != 0) {
        x_partial->bytes.erase(x_partial->bytes.begin(),
                               x_partial->bytes.begin() + static_cast<std::ptrdiff_t>(used));
        another = true;
    }
    x_partial->parser = parser;
    return another;
}

} // namespace tokenward::local
