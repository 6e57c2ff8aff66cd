// Reads an identity's secrets and makes their digests.
#include "daemon/iam/login_secrets.hpp"

#include "daemon/base/text/secret_text.hpp"
#include "daemon/iam/totp.hpp"

#include <utility>

namespace tokenward::iam {
namespace {

/// The secrets in a text, at least one.
result<std::vector<std::shared_ptr<const secret>>> lines_of(const secret& text) {
    const secret_text judged = judge_secret(text.reveal());
    if (!judged.fault.empty()) return problem{errc::internal, "the secret " + std::string(judged.fault)};
    std::vector<std::shared_ptr<const secret>> lines;
    for (std::string_view line : judged.lines) lines.push_back(std::make_shared<const secret>(line));
    return lines;
}

/// The text that the guard's digest is made of. It includes the TOTP secret, so that a new one counts as a
/// changed secret.
std::shared_ptr<const secret> joined(const secret& value, const secret& totp) {
    if (totp.empty()) return std::make_shared<const secret>(value.duplicate());
    wiped_string both;
    both.reserve(value.size() + 1 + totp.size() + 32); // more than the small buffer, which nobody wipes
    both.append(value.reveal()).append(1, '\0').append(totp.reveal());
    return std::make_shared<const secret>(std::string_view(both.data(), both.size()));
}

} // namespace

result<login_secrets::texts> login_secrets::read_texts() const {
    auto value = x_read(x_auth.secret, secret_key(x_auth.type));
    if (!value) return value.error();
    texts all{.value = std::move(*value), .totp = {}};
    if (!x_auth.totp) return all;
    auto totp = x_read(x_auth.totp->secret, "totp_secret");
    if (!totp) return totp.error();
    all.totp = std::move(*totp);
    return all;
}

bool login_secrets::is_known(const texts& now) const noexcept {
    return !x_known.empty() && now.value == x_seen.value && now.totp == x_seen.totp;
}

// If several flows need the digests at the same time, one makes them and all use them.
boost::asio::awaitable<result<void>> login_secrets::make() {
    result<void> made;
    const turn_queue::turn mine = co_await x_making.take();
    auto now = read_texts();
    if (!now) co_return now.error();
    if (is_known(*now)) co_return made;
    std::shared_ptr<const secret> key;
    if (x_auth.totp) {
        auto decoded = decode_totp_secret(now->totp);
        if (!decoded) {
            problem bad{decoded.error().code, "totp_secret " + decoded.error().detail};
            co_return bad;
        }
        key = std::make_shared<const secret>(std::move(*decoded));
    }
    auto lines = lines_of(now->value);
    if (!lines) co_return lines.error();
    std::vector<login_secret> read;
    for (auto& line : *lines) {
        auto identified_by = joined(*line, now->totp);
        const secret_digest digest = co_await x_guard.digest(identified_by);
        read.push_back({.value = line, .totp_key = key, .digest = digest});
    }
    x_known = std::move(read);
    x_seen = std::move(*now);
    co_return made;
}

boost::asio::awaitable<secrets_read> login_secrets::read() {
    auto now = read_texts();
    if (!now) co_return now.error();
    if (!is_known(*now)) {
        auto made = co_await make();
        if (!made) co_return made.error();
    }
    co_return x_known;
}

bool login_secrets::changed() const {
    if (x_known.empty()) return false; // no secret has been sent to the IAM yet
    auto now = read_texts();
    return now && (!(now->value == x_seen.value) || !(now->totp == x_seen.totp));
}

} // namespace tokenward::iam
