// See session_pool.hpp.
#include "daemon/local/session_pool.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace tokenward::local {
namespace {

constexpr std::size_t input_size = std::size_t{64} * 1024;
constexpr std::size_t own_descriptors = 64;
constexpr unsigned unknown_uid = ~0U; // (uid_t)-1 is nobody's

unsigned uid_of(const session& s) {
    return s.who().share().value_or(unknown_uid);
}

} // namespace

std::size_t connections_within(std::size_t descriptors) noexcept {
    const std::size_t kept = std::min(std::max(own_descriptors, descriptors / 8), descriptors / 2);
    return std::min(connection_limits{}.connections, descriptors - kept);
}

session_pool::session_pool(boost::asio::io_context& io, environment around, const connection_limits& limits)
    : x_io(io), x_limits(limits),
      x_input(input_size), x_shared{.around = std::move(around),
                                    .input = x_input,
                                    .closed = [this](session& ended) { forget(ended); }},
      x_sweep(io), x_patience(io) {}

session_pool::~session_pool() {
    close_all();
}

bool session_pool::has_place(const session& fresh) {
    const unsigned uid = uid_of(fresh);
    const auto own = fresh.who().uid(); // the owner of a subordinate uid shares, but lends no privileges
    if (own && (*own == 0 || *own == x_shared.around.own_uid))
        return x_sessions.size() < x_limits.connections || make_room(std::nullopt);
    auto found = x_per_uid.find(uid);
    if (found != x_per_uid.end() && found->second >= x_limits.connections / 2) return make_room(uid);
    return x_sessions.size() < x_limits.connections - x_limits.connections / 16 || make_room(std::nullopt);
}

// Closes the connection, of this uid if one is named, that has waited longest for its caller: a half-sent
// request makes room as an idle one does.
bool session_pool::make_room(std::optional<unsigned> uid) {
    std::shared_ptr<session> longest;
    for (const auto& [key, candidate] : x_sessions) {
        if (uid && uid_of(*candidate) != *uid) continue;
        auto since = candidate->idle_since();
        if (since && (!longest || *since < *longest->idle_since())) longest = candidate;
    }
    if (longest) longest->close();
    return longest != nullptr;
}

void session_pool::admit(unique_fd connected, shown_identities shown) {
    auto fresh = std::make_shared<session>(x_io, connected.release(), x_shared, std::move(shown));
    bool let_in = has_place(*fresh);
    x_sessions.emplace(fresh.get(), fresh);
    ++x_per_uid[uid_of(*fresh)];
    ++x_shared.around.service.counts().connections;
    if (!let_in) {
        fresh->end_with({errc::too_many_requests, "there are too many connections"});
        return fresh->close(); // without lingering: that would take a place too
    }
    arm_sweep();
    fresh->start();
}

void session_pool::forget(session& ended) {
    auto count = x_per_uid.find(uid_of(ended));
    if (--count->second == 0) x_per_uid.erase(count);
    x_sessions.erase(&ended);
    --x_shared.around.service.counts().connections;
    if (x_sessions.empty()) report_stopped();
}

void session_pool::arm_sweep() {
    if (x_sweeping) return;
    x_sweeping = true;
    x_sweep.expires_after(x_limits.tick);
    x_sweep.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) sweep();
    });
}

void session_pool::sweep() {
    ++x_shared.ticks;
    for (auto i = x_sessions.begin(); i != x_sessions.end();) {
        std::shared_ptr<session> one = (i++)->second; // it may end itself
        one->sweep();
    }
    x_sweeping = false;
    if (!x_sessions.empty()) arm_sweep();
}

void session_pool::stop(std::chrono::milliseconds patience, std::function<void()> stopped) {
    x_shared.stopping = true;
    x_stopped = std::move(stopped);
    for (auto i = x_sessions.begin(); i != x_sessions.end();) {
        std::shared_ptr<session> one = (i++)->second;
        one->stop();
    }
    if (x_sessions.empty()) return report_stopped();
    x_patience.expires_after(patience);
    x_patience.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) close_all();
    });
}

void session_pool::close_all() {
    for (auto i = x_sessions.begin(); i != x_sessions.end();) {
        std::shared_ptr<session> one = (i++)->second;
        one->close();
    }
}

void session_pool::report_stopped() {
    if (!x_stopped) return;
    x_sweep.cancel();
    x_patience.cancel();
    boost::asio::post(x_io, std::exchange(x_stopped, nullptr));
}

} // namespace tokenward::local
