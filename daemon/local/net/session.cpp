// A connection's input: reads requests, runs them and takes their answers. session_output.cpp sends them.
#include "daemon/local/net/session.hpp"

#include "daemon/base/log.hpp"
#include "daemon/local/api/routes.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tokenward::local {
namespace {

constexpr std::string_view close_field = "Connection: close\r\n";
constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";

// The text of the failure is written to the log only; the caller gets a reference to that line.
problem log_internal_error(const char* what) {
    static unsigned long count = 0;
    std::string reference = fmt::format("{}-{}", ::getpid(), ++count);
    log::error("internal_error", {}, "a request failed, reference {}: {}", reference, what);
    return {errc::internal, fmt::format("the daemon's log says more; reference {}", reference)};
}

} // namespace

session::session(boost::asio::io_context& io, unique_fd fd, session_context& shared, shown_identities shown)
    : x_shared(shared), x_descriptor(io),
      x_peer(fd.get(), shared.around.service.now().boot, std::move(shown), shared.around.directory),
      x_since(shared.ticks) {
    x_descriptor.assign(fd.get());
    (void)fd.release(); // x_descriptor owns it now
}

void session::start() noexcept {
    guarded([&] { wait_readable(); });
}

void session::fail(const char* why) noexcept {
    if (x_closed) return;
    x_shared.failures.report(why, x_shared.around.service.now().boot);
    close();
}

void session::wait_readable() {
    auto readable = [self = shared_from_this()](boost::system::error_code error) {
        if (!error && !self->x_closed) self->guarded([&] { self->on_readable(); });
    };
    x_descriptor.async_wait(descriptor::wait_read, std::move(readable));
}

void session::on_readable() {
    if (x_lingering) return drain();
    if (x_busy || x_unsent) return; // the wait was cancelled too late
    std::span<char> received;
    ssize_t size = x_input.receive(x_descriptor.native_handle(), x_shared.input, received);
    if (size == -EAGAIN) return proceed();
    if (size <= 0) return close(); // no answer is pending while the connection is read
    consume(received);
}

void session::consume(std::span<char> bytes) {
    output_batch batch;
    request_parser parser = x_input.parser();
    std::size_t used = take_requests(bytes, parser, batch);
    if (x_last || x_closed)
        x_input.clear();
    else if (x_input.keep(bytes.subspan(used), parser))
        x_since = x_shared.ticks;
    flush(batch);
    proceed();
}

// Runs the requests at the front of `bytes`, as many as can be answered now; returns how many bytes they
// took.
std::size_t session::take_requests(std::span<char> bytes, request_parser& parser, output_batch& batch) {
    request asked;
    std::size_t used = 0;
    x_needs_input = false;
    while (used < bytes.size() && !x_busy && !x_last && !x_closed) {
        if (batch.full() && !flush(batch)) break;
        if (waits_for_facts()) break;
        auto outcome = parser.parse(bytes.subspan(used), asked);
        if (outcome == request_parser::outcome::incomplete) {
            x_needs_input = true;
            if (parser.take_continue()) batch.add(continue_answer);
            break;
        }
        if (outcome == request_parser::outcome::failed) {
            x_last = true;
            batch.add(build_problem(to_problem(parser.error()), x_shared.around.service.now().wall, false),
                      close_field);
            break;
        }
        used += parser.size();
        parser = {};
        x_batch = &batch;
        run(asked);
        x_batch = nullptr;
    }
    return used;
}

// Rules may need facts from the system's databases about the caller. Wait briefly for these facts, so that a
// permitted caller is not denied. After a timeout, go on without them.
bool session::waits_for_facts() {
    const caller_directory* directory = x_shared.around.directory;
    if (directory == nullptr || x_facts_version == directory->version()) return false;
    auto known = [self = shared_from_this()] {
        if (self->x_closed) return;
        self->x_busy = false;
        self->guarded([&] { self->proceed(); });
    };
    x_busy = x_peer.wait_for_facts(std::move(known));
    x_facts_version = directory->version();
    return x_busy;
}

void session::run(const request& asked) {
    x_busy = true;
    x_abandoned = false;
    ++x_number;
    x_keep_alive = asked.keep_alive;
    x_http_1_0 = asked.http_1_0;
    auto fail_request = [&](const char* why) {
        problem internal = log_internal_error(why);
        answer(build_problem(internal, x_shared.around.service.now().wall, asked.verb == method::head));
    };
    try {
        serve(x_shared.around, asked, *this);
        if (x_abandoned && x_busy) fail_request("its handler failed");
    } catch (const std::exception& error) {
        fail_request(error.what());
    }
}

void session::awaits(wait_id id) noexcept {
    if (id == 0) return;
    x_wait = id;
    guarded([&] { watch_hang_up(); });
}

bool session::is_open(std::uint64_t request) const noexcept {
    return x_busy && !x_closed && request == x_number;
}

// During run(), run() itself answers with an error.
void session::abandon(std::uint64_t request, const char* why) noexcept {
    if (!is_open(request)) return;
    if (x_batch != nullptr)
        x_abandoned = true;
    else
        fail(why);
}

// The wait stays armed between requests: cancelling it each time would cost more.
void session::watch_hang_up() {
    if (x_watches_hang_up) return;
    auto hung_up = [self = shared_from_this()](boost::system::error_code error) {
        self->x_watches_hang_up = false;
        if (self->x_closed || self->x_wait == 0) return;
        if (!error) return self->close();
        self->guarded([&] { self->watch_hang_up(); }); // x_descriptor.cancel() ended it with the other waits
    };
    x_descriptor.async_wait(descriptor::wait_error, std::move(hung_up));
    x_watches_hang_up = true;
}

void session::answer(response r) noexcept {
    guarded([&] {
        if (!x_busy || x_closed) return;
        x_busy = false;
        x_wait = 0;
        x_since = x_shared.ticks;
        x_last = x_last || !x_keep_alive || x_shared.stopping;
        if (x_batch != nullptr) return x_batch->add(std::move(r), connection_field());
        output_batch batch;
        batch.add(std::move(r), connection_field());
        flush(batch);
        if (x_closed) return;
        // The service is calling this while it wakes callers: the caller's next request is run afterwards.
        boost::asio::post(x_descriptor.get_executor(),
                          [self = shared_from_this()] { self->guarded([&] { self->proceed(); }); });
    });
}

void session::proceed() {
    if (x_closed) return;
    if (x_unsent) return wait_writable();
    if (x_busy) return;
    if (x_last) {
        x_lingering = true;
        x_since = x_shared.ticks;
        (void)::shutdown(x_descriptor.native_handle(), SHUT_WR); // fails only if the caller has hung up
        return drain();
    }
    if (!x_input.empty() && !x_needs_input) return consume(x_input.bytes());
    if (x_shared.stopping) return close();
    wait_readable();
}

} // namespace tokenward::local
