// See totp.hpp.
#include "tests/support/standin/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace tokenward::standin {

namespace {

std::string from_base32(std::string_view text) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    unsigned bits = 0, held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) break;
        bits = (bits << 5U) | static_cast<unsigned>(value);
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held);
            bits &= (1U << held) - 1;
        }
    }
    return bytes;
}

} // namespace

std::string totp(std::string_view secret, long long step) {
    const auto key = from_base32(secret);
    std::array<unsigned char, 8> message{};
    for (std::size_t i = 0; i < message.size(); ++i)
        message[i] = static_cast<unsigned char>(static_cast<unsigned long long>(step) >> (8 * (7 - i)));
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), mac.data(),
         nullptr);
    const std::size_t at = mac[19] & 15U; // RFC 4226, 5.3: dynamic truncation
    const unsigned code = ((mac[at] & 127U) << 24U) | (static_cast<unsigned>(mac[at + 1]) << 16U) |
                          (static_cast<unsigned>(mac[at + 2]) << 8U) | mac[at + 3];
    return fmt::format("{:06}", code % 1'000'000);
}

} // namespace tokenward::standin
