// Passcodes, made by liboath.
#include "daemon/iam/totp.hpp"

#include <liboath/oath.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace tokenward::iam {

result<secret> decode_totp_secret(const secret& base32) {
    const std::string_view text = base32.reveal();
    char* key = nullptr;
    std::size_t size = 0;
    if (oath_base32_decode(text.data(), text.size(), &key, &size) != OATH_OK || size == 0) {
        std::free(key);
        return problem{errc::internal, "is not base32 (A to Z and 2 to 7)"};
    }
    secret decoded({key, size});
    wipe(key, size);
    std::free(key); // as liboath allocates it
    return decoded;
}

std::int64_t totp_step(wall_time at, std::chrono::seconds period) noexcept {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch() / period;
}

secret totp_passcode(const secret& key, std::int64_t step, unsigned digits) {
    std::array<char, 9> code{};
    const std::string_view bytes = key.reveal();
    // A step is what RFC 4226 calls the moving factor.
    if (oath_hotp_generate(bytes.data(), bytes.size(), static_cast<std::uint64_t>(step), digits, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code.data()) != OATH_OK)
        throw std::runtime_error("liboath makes no passcode");
    secret made(std::string_view(code.data()));
    wipe(code.data(), code.size());
    return made;
}

} // namespace tokenward::iam
