// When the lockout guard's file is written, and what happens if it can't be.
#include "daemon/iam/login_guard.hpp"

#include "daemon/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

asio::awaitable<secret_digest> compute_digest(std::shared_ptr<const secret> of, guard_salt salt) {
    constexpr std::uint64_t cost = 1 << 14;
    constexpr std::uint64_t memory = 64ULL * 1024 * 1024;
    secret_digest digest{};
    std::string_view text = of->reveal();
    // Without it all secrets would look the same.
    if (EVP_PBE_scrypt(text.data(), text.size(), salt.data(), salt.size(), cost, 8, 1, memory, digest.data(),
                       digest.size()) != 1)
        throw std::runtime_error("OpenSSL gives no scrypt digest of the secret: no login is sent");
    co_return digest;
}

// Returns what went wrong; "": nothing did.
asio::awaitable<std::string> write(const guard_store& store, guard_memory what) {
    auto saved = store.save(what);
    co_return saved ? std::string() : saved.error().detail;
}

/// But for the order in which secrets were used, which is no reason to write.
bool say_the_same(guard_state a, guard_state b) {
    auto by_digest = [](const guarded_secret& one, const guarded_secret& other) {
        return one.digest < other.digest;
    };
    for (guard_state* state : {&a, &b})
        for (guarded_user& user : *state) std::sort(user.secrets.begin(), user.secrets.end(), by_digest);
    return a == b;
}

asio::awaitable<void> pass() {
    co_return;
}

// For what another thread does. Not to be cancelled: Asio would have that thread do it, when what it refers
// to may be gone here.
auto to_the_end() {
    return asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
}

} // namespace

login_guard::login_guard(asio::any_io_executor executor, const clock& time, const guard_store& store,
                         const std::optional<guard_memory>& before)
    : x_executor(std::move(executor)), x_time(time), x_store(store), x_noted(x_store.load(before)) {
    x_guard.restore(x_noted.users, x_time.now());
}

login_guard::~login_guard() {
    x_thread.join(); // what is noted gets into the file
    x_digests.join();
}

asio::awaitable<secret_digest> login_guard::digest(std::shared_ptr<const secret> of) {
    auto made = compute_digest(std::move(of), x_noted.salt);
    co_return co_await asio::co_spawn(x_digests, std::move(made), to_the_end());
}

asio::awaitable<turn_queue::turn> login_guard::take_turn(login_user who) {
    turn_queue& queue = x_turns.try_emplace(std::move(who), x_executor).first->second;
    turn_queue::turn mine = co_await queue.take();
    co_return mine;
}

// By the other thread, one after the other: a slow disk holds up logins, and nobody else.
void login_guard::save() {
    if (std::exchange(x_saved_changes, x_guard.changes()) == x_guard.changes()) return;
    guard_memory now{x_noted.salt, x_guard.save(x_time.now()), x_noted.serial + 1};
    if (say_the_same(now.users, x_noted.users)) return;
    x_noted = now;
    if (x_changed) x_changed();
    ++x_writing;
    auto written = [this, alive = std::weak_ptr<const bool>(x_alive)](std::exception_ptr,
                                                                      const std::string& fault) {
        if (alive.expired()) return;
        --x_writing;
        if (!fault.empty() && !std::exchange(x_complained, true))
            log::warning("guard_file", {},
                         "{}: refused logins are counted in memory only and forgotten at a restart", fault);
    };
    asio::co_spawn(x_thread, write(x_store, std::move(now)),
                   asio::bind_executor(x_executor, std::move(written)));
}

asio::awaitable<void> login_guard::written() {
    if (x_writing != 0) co_await asio::co_spawn(x_thread, pass(), to_the_end());
}

} // namespace tokenward::iam
