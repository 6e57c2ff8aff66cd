// See tokens.hpp.
#include "tests/support/standin/tokens.hpp"

#include <openssl/rand.h>

#include <algorithm>

namespace tokenward::standin {

std::string random_text(std::size_t size) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text(size, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(size));
    for (char& c : text) c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return text;
}

std::string token_store::issue(token granted, std::size_t size) {
    std::erase_if(x_tokens, [&](const auto& entry) { return entry.second.expires <= granted.issued; });
    constexpr std::string_view prefix = "gAAAAA"; // as Keystone's own begin
    auto id = std::string(prefix) + random_text(std::max<std::size_t>(size, 16) - prefix.size());
    x_tokens.emplace(id, std::move(granted));
    return id;
}

const token* token_store::find(std::string_view id, time_point now) const {
    const auto found = x_tokens.find(std::string(id));
    return found == x_tokens.end() || found->second.expires <= now ? nullptr : &found->second;
}

std::size_t token_store::revoke_of(std::string_view user_id) {
    return std::erase_if(
        x_tokens, [&](const auto& entry) { return user_id.empty() || entry.second.user_id == user_id; });
}

std::size_t token_store::alive(time_point now) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(x_tokens, [&](const auto& entry) { return entry.second.expires > now; }));
}

} // namespace tokenward::standin
