// Gathers answers as an I/O vector and sends it by sendmsg(2).
#include "daemon/local/net/output_batch.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tokenward::local {
namespace {

constexpr std::size_t size_limit = std::size_t{64} * 1024;

} // namespace

void output_batch::add(std::string_view bytes) noexcept {
    if (bytes.empty()) return;
    x_size += bytes.size();
    void* start = const_cast<char*>(bytes.data()); // sendmsg(2) only reads
    if (x_vector_count != 0) {
        iovec& last = x_vectors[x_vector_count - 1];
        if (static_cast<char*>(last.iov_base) + last.iov_len == start) {
            last.iov_len += bytes.size();
            return;
        }
    }
    x_vectors[x_vector_count++] = {start, bytes.size()};
}

void output_batch::add(response answer, std::string_view connection_field) {
    const response& kept = x_answers[x_answer_count++].emplace(std::move(answer));
    add(kept.status_line());
    add(connection_field);
    add(kept.field());
    add(kept.rest());
}

bool output_batch::full() const noexcept {
    return x_size >= size_limit || x_vector_count + vectors_per_answer > x_vectors.size() ||
           x_answer_count == x_answers.size();
}

output_batch::outcome output_batch::send(int fd, wiped_string& unsent) {
    msghdr message{};
    message.msg_iov = x_vectors.data();
    message.msg_iovlen = x_vector_count;
    ssize_t sent = 0;
    do sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        clear();
        return outcome::broken;
    }
    std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    bool all = taken == x_size;
    if (!all) append_from(taken, unsent);
    clear();
    return all ? outcome::sent : outcome::blocked;
}

void output_batch::move_to(wiped_string& unsent) {
    append_from(0, unsent);
    clear();
}

void output_batch::append_from(std::size_t sent, wiped_string& unsent) const {
    unsent.reserve(unsent.size() +
                   std::max<std::size_t>(x_size - sent, 64)); // no small string: that isn't wiped
    for (std::size_t i = 0; i < x_vector_count; ++i) {
        std::size_t skipped = std::min(sent, x_vectors[i].iov_len);
        sent -= skipped;
        unsent.append(static_cast<const char*>(x_vectors[i].iov_base) + skipped,
                      x_vectors[i].iov_len - skipped);
    }
}

void output_batch::clear() noexcept {
    for (std::size_t i = 0; i < x_answer_count; ++i) x_answers[i].reset();
    x_answer_count = x_vector_count = x_size = 0;
}

} // namespace tokenward::local
