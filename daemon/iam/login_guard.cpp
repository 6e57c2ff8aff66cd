// See login_guard.hpp.
#include "daemon/iam/login_guard.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/evp.h>

#include <array>
#include <cstring>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

asio::awaitable<secret_digest> compute_digest(std::shared_ptr<const secret> of, digest_salt salt) {
    constexpr std::uint64_t cost = 1 << 14;
    constexpr std::uint64_t memory = 64ULL * 1024 * 1024;
    std::array<unsigned char, sizeof(secret_digest)> bytes{};
    std::string_view text = of->reveal();
    EVP_PBE_scrypt(text.data(), text.size(), salt.data(), salt.size(), cost, 8, 1, memory, bytes.data(), bytes.size());
    secret_digest digest = 0;
    std::memcpy(&digest, bytes.data(), sizeof digest);
    co_return digest;
}

} // namespace

login_guard::login_guard(asio::any_io_executor executor, const clock& time, const std::filesystem::path& state_directory)
    : x_executor(std::move(executor)), x_time(time), x_file(state_directory), x_saved(x_file.load()) {
    x_guard.restore(x_saved, x_time.now().wall);
}

asio::awaitable<secret_digest> login_guard::digest(std::shared_ptr<const secret> of) {
    co_return co_await asio::co_spawn(x_thread, compute_digest(std::move(of), x_file.salt()), asio::use_awaitable);
}

asio::awaitable<login_permit> login_guard::enter(std::string user, secret_digest digest) {
    for (;;) {
        login_permit permit = x_guard.next(user, digest, x_time.now().wall);
        if (permit.kind != login_step::wait_turn) {
            save(); // before anything is sent: a crash must not forget that it was
            co_return permit;
        }
        auto& turn = x_turns[user];
        if (!turn) turn = std::make_unique<asio::steady_timer>(x_executor, asio::steady_timer::time_point::max());
        co_await turn->async_wait(asio::as_tuple(asio::use_awaitable)); // until leave() cancels
    }
}

void login_guard::leave(const std::string& user, login_outcome outcome) {
    switch (outcome) {
    case login_outcome::succeeded: x_guard.succeeded(user); break;
    case login_outcome::refused: x_guard.refused(user, x_time.now().wall); break;
    case login_outcome::inconclusive: x_guard.inconclusive(user); break;
    }
    save();
    if (auto turn = x_turns.find(user); turn != x_turns.end()) turn->second->cancel();
}

login_permit login_guard::would(const std::string& user, secret_digest digest) const {
    return x_guard.would(user, digest, x_time.now().wall);
}

void login_guard::save() {
    auto records = x_guard.records();
    if (records == x_saved) return;
    x_file.save(records);
    x_saved = std::move(records);
}

} // namespace tokenward::iam
