// See login_guard.hpp.
#include "daemon/iam/login_guard.hpp"

#include "daemon/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/evp.h>

#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

asio::awaitable<secret_digest> compute_digest(std::shared_ptr<const secret> of, guard_salt salt) {
    constexpr std::uint64_t cost = 1 << 14;
    constexpr std::uint64_t memory = 64ULL * 1024 * 1024;
    secret_digest digest{};
    std::string_view text = of->reveal();
    EVP_PBE_scrypt(text.data(), text.size(), salt.data(), salt.size(), cost, 8, 1, memory, digest.data(),
                   digest.size());
    co_return digest;
}

} // namespace

login_guard::login_guard(asio::any_io_executor executor, const clock& time,
                         const std::string& state_directory, const std::optional<guard_memory>& before)
    : x_executor(std::move(executor)), x_time(time), x_file(state_directory), x_saved(x_file.load(before)) {
    x_guard.restore(x_saved.users, x_time.now());
}

// Not to be cancelled: Asio would have the other thread do it, when what it refers to may be gone here.
asio::awaitable<secret_digest> login_guard::digest(std::shared_ptr<const secret> of) {
    auto to_the_end = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
    co_return co_await asio::co_spawn(x_thread, compute_digest(std::move(of), x_saved.salt),
                                      std::move(to_the_end));
}

asio::awaitable<login_guard::turn> login_guard::enter(login_user who, secret_digest digest, bool by_person) {
    turnstile& queue = x_turns.try_emplace(who, x_executor).first->second;
    turnstile::turn mine = co_await queue.take();
    const instant now = x_time.now().boot;
    if (by_person) x_guard.forgive(who, digest);
    const login_permit permit = x_guard.next(who, digest, now);
    if (permit.what != login_permit::advice::rejected) {
        x_guard.sending(who, digest, now);
        // Before anything is sent: a crash must not forget that it was.
        if (!x_guard.is_proven(who, digest)) save();
    }
    turn made{permit, std::move(mine)};
    co_return made;
}

void login_guard::accepted(const login_user& who, const secret_digest& digest) {
    x_guard.accepted(who, digest);
    save();
}

void login_guard::refused(const login_user& who, const secret_digest& digest) {
    x_guard.refused(who, digest);
    save();
}

void login_guard::unanswered(const login_user& who, const secret_digest& digest) {
    x_guard.unanswered(who, digest);
    save();
}

void login_guard::forgive(const login_user& who, const secret_digest& digest) {
    x_guard.forgive(who, digest);
    save();
}

void login_guard::spend(const login_user& who, std::int64_t totp_step) {
    x_guard.spend(who, totp_step);
    save();
}

void login_guard::save() {
    guard_memory now{x_saved.salt, x_guard.save(x_time.now())};
    if (now == x_saved) return;
    auto saved = x_file.save(now);
    if (!saved && !std::exchange(x_complained, true))
        log::warning("guard_file", {},
                     "{}: refused logins are counted in memory only and forgotten at a restart",
                     saved.error().detail);
    x_saved = std::move(now);
    if (x_changed) x_changed();
}

} // namespace tokenward::iam
