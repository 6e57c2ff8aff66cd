// A connection's output and its end: sends answers, ends what takes too long, and closes.
#include "daemon/local/net/session.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace tokenward::local {
namespace {

// Times are in ticks of about a second.
// A connection without a request is closed after so long.
constexpr std::uint32_t idle_ticks = 60;
// A request must arrive completely within so long after its first byte.
constexpr std::uint32_t request_ticks = 5;
// A connection is closed if the caller reads no byte of an answer for so long.
constexpr std::uint32_t blocked_ticks = 30;
// The same during a shutdown: other callers are waiting for the next daemon.
constexpr std::uint32_t stopping_ticks = 1;
// After its last answer, a connection stays open for so long, so that the caller can read the answer.
constexpr std::uint32_t linger_ticks = 2;
// Until then, at most so many bytes are received and ignored.
constexpr std::size_t drain_limit = std::size_t{256} * 1024;

} // namespace

std::string_view session::connection_field() const noexcept {
    if (x_last) return "Connection: close\r\n";
    return x_http_1_0 ? "Connection: keep-alive\r\n" : "";
}

// Whether everything has been sent.
bool session::flush(output_batch& batch) {
    if (x_closed) return false;
    if (x_unsent) {
        batch.move_to(x_unsent->bytes);
        return false;
    }
    if (batch.empty()) return true;
    wiped_string unsent;
    switch (batch.send(x_descriptor.native_handle(), unsent)) {
    case output_batch::outcome::sent: return true;
    case output_batch::outcome::broken: close(); return false;
    case output_batch::outcome::blocked:
        x_unsent = std::make_unique<unsent_output>();
        x_unsent->bytes = std::move(unsent);
        x_since = x_shared.ticks;
        return false;
    }
    return false;
}

void session::wait_writable() {
    auto writable = [self = shared_from_this()](boost::system::error_code error) {
        if (!error && !self->x_closed) self->guarded([&] { self->on_writable(); });
    };
    x_descriptor.async_wait(descriptor::wait_write, std::move(writable));
}

void session::on_writable() {
    if (!x_unsent) return; // the wait was cancelled too late
    std::string_view rest = std::string_view(x_unsent->bytes).substr(x_unsent->sent);
    ssize_t size =
        ::send(x_descriptor.native_handle(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return close();
    if (size > 0) {
        x_unsent->sent += static_cast<std::size_t>(size);
        x_since = x_shared.ticks;
    }
    if (x_unsent->sent == x_unsent->bytes.size()) x_unsent.reset();
    proceed();
}

std::optional<std::uint32_t> session::idle_since() const noexcept {
    if (x_busy || x_unsent || x_last || x_closed) return std::nullopt;
    return x_since;
}

void session::sweep() noexcept {
    guarded([&] {
        std::uint32_t age = x_shared.ticks - x_since;
        if (x_closed || x_busy) return; // while a request is run, the service limits the time
        if (x_lingering) {
            if (age > linger_ticks) close();
        } else if (x_unsent) {
            if (age > (x_shared.stopping ? stopping_ticks : blocked_ticks)) close();
        } else if (!x_input.empty()) {
            if (age > request_ticks)
                end_with({errc::request_timeout, "the request did not arrive within 5 s"});
        } else if (age > idle_ticks) {
            close();
        }
    });
}

void session::end_with(const problem& error) noexcept {
    guarded([&] {
        x_descriptor.cancel();
        x_input.clear();
        x_last = true;
        output_batch batch;
        batch.add(build_problem(error, x_shared.around.service.now().wall, false), connection_field());
        flush(batch);
        proceed();
    });
}

// Receives and ignores input: closing with unread input would send a reset, which could reach the caller
// before it has read the answer.
void session::drain() {
    for (;;) {
        ssize_t size =
            ::recv(x_descriptor.native_handle(), x_shared.input.data(), x_shared.input.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        // At a shutdown, close at once: waiting would delay systemd too.
        if (size < 0 && errno == EAGAIN) return x_shared.stopping ? close() : wait_readable();
        if (size <= 0) return close();
        x_drained += static_cast<std::size_t>(size);
        if (x_drained > drain_limit) return close();
    }
}

void session::stop() noexcept {
    guarded([&] {
        if (x_closed) return;
        if (x_busy || x_unsent) {
            x_last = true;
            return sweep();
        }
        if (x_lingering || !x_input.empty()) return close();
        // A request may have arrived that has not been read yet.
        x_descriptor.cancel();
        on_readable();
    });
}

void session::close() noexcept {
    if (x_closed) return;
    x_closed = true;
    if (x_wait != 0) x_shared.around.service.cancel(x_wait);
    boost::system::error_code ignored;
    x_descriptor.close(ignored);
    x_input.clear();
    x_unsent.reset();
    x_shared.closed(*this);
}

} // namespace tokenward::local
