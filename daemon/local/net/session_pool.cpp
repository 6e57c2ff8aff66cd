// Admits connections up to the limits; sweeps all of them once a second, and ends them at a shutdown.
#include "daemon/local/net/session_pool.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace tokenward::local {
namespace {

constexpr std::size_t input_size = std::size_t{64} * 1024;
constexpr std::size_t own_descriptors = 64;
constexpr unsigned unknown_share = ~0U; // (uid_t)-1 is nobody's

unsigned share_of(const session& s) {
    return s.who().share().value_or(unknown_share);
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
                                    .closed = [this](session& ended) { erase(ended); }},
      x_sweep(io), x_stop_timer(io) {}

session_pool::~session_pool() {
    close_all();
}

bool session_pool::has_capacity(const session& fresh) {
    const unsigned share = share_of(fresh);
    // A subordinate uid counts in its owner's share, but does not get its owner's privileges.
    const auto uid = fresh.who().uid();
    if (uid && (*uid == 0 || *uid == x_shared.around.own_uid))
        return x_sessions.size() < x_limits.connections || close_idle(std::nullopt);
    auto found = x_per_share.find(share);
    if (found != x_per_share.end() && found->second >= x_limits.connections / 2) return close_idle(share);
    return x_sessions.size() < x_limits.connections - x_limits.connections / 16 || close_idle(std::nullopt);
}

// Closes the connection (of this share, if one is given) that has waited for its caller the longest, idle or
// for the rest of a request.
bool session_pool::close_idle(std::optional<unsigned> share) {
    std::shared_ptr<session> longest;
    for (const auto& [key, candidate] : x_sessions) {
        if (share && share_of(*candidate) != *share) continue;
        auto since = candidate->idle_since();
        if (since && (!longest || *since < *longest->idle_since())) longest = candidate;
    }
    if (longest) longest->close();
    return longest != nullptr;
}

void session_pool::admit(unique_fd connected, shown_identities shown) noexcept {
    try {
        add(std::move(connected), std::move(shown));
    } catch (const std::exception& error) {
        x_shared.failures.report(error.what(), x_shared.around.service.now().boot);
    }
}

void session_pool::add(unique_fd connected, shown_identities shown) {
    arm_sweep();
    auto fresh = std::make_shared<session>(x_io, std::move(connected), x_shared, std::move(shown));
    const bool admitted = has_capacity(*fresh);
    insert(fresh);
    if (admitted) return fresh->start();
    fresh->end_with({errc::too_many_requests, "there are too many connections"});
    fresh->close(); // without lingering, which would use up a connection of the limit
}

// erase() undoes it. After an exception, nothing has changed.
void session_pool::insert(const std::shared_ptr<session>& fresh) {
    std::size_t& of_share = x_per_share[share_of(*fresh)];
    x_sessions.emplace(fresh.get(), fresh);
    x_sweep_order.push_back(*fresh);
    ++of_share;
    ++x_shared.around.service.counts().connections;
}

void session_pool::erase(session& ended) noexcept {
    auto count = x_per_share.find(share_of(ended));
    if (--count->second == 0) x_per_share.erase(count);
    ended.unlink();
    --x_shared.around.service.counts().connections;
    x_sessions.erase(&ended);
    if (x_sessions.empty() && x_stopped) x_stop_timer.cancel();
}

void session_pool::arm_sweep() {
    if (x_sweeping) return;
    x_sweep.expires_after(x_limits.tick);
    x_sweep.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) sweep();
    });
    x_sweeping = true;
}

// If memory is too short to set the timer, the next connection sets it. Prepared answers hold tokens: they
// are dropped within a tick after their token or the last connection has ended.
void session_pool::sweep() {
    ++x_shared.ticks;
    x_sweeping = false;
    for_each([](session& one) { one.sweep(); });
    token_answers& answers = *x_shared.around.answers;
    if (x_sessions.empty()) return answers.clear();
    answers.drop_ended();
    arm_sweep();
}

// `work` may end any session, and new ones may be added: each session that is there now is called once,
// unless it has ended before its turn.
template <class Work>
void session_pool::for_each(Work work) noexcept {
    session_list rest;
    rest.swap(x_sweep_order);
    while (!rest.empty()) {
        const std::shared_ptr<session> one = rest.front().shared_from_this();
        rest.pop_front();
        x_sweep_order.push_back(*one);
        work(*one);
    }
}

void session_pool::stop(std::chrono::milliseconds grace_period, std::function<void()> stopped) {
    x_shared.stopping = true;
    x_stopped = std::move(stopped);
    x_stop_timer.expires_after(grace_period);
    x_stop_timer.async_wait([this](boost::system::error_code) { // cancelled when the last one is gone
        close_all();
        x_sweep.cancel();
        std::exchange(x_stopped, nullptr)();
    });
    for_each([](session& one) { one.stop(); });
    if (x_sessions.empty()) x_stop_timer.cancel();
}

void session_pool::close_all() noexcept {
    for_each([](session& one) { one.close(); });
}

} // namespace tokenward::local
