// See secret.hpp.
#include "common/secret.hpp"

#include <cstring>
#include <ostream>
#include <utility>

namespace tokenward {

void wipe(void* bytes, std::size_t size) noexcept {
    if (size != 0) explicit_bzero(bytes, size);
}

void wipe(std::string& text) noexcept {
    text.resize(text.capacity()); // never allocates: up to the capacity only
    wipe(text.data(), text.size());
    text.clear();
}

secret::secret(std::string_view text) : x_bytes(std::make_unique<char[]>(text.size())), x_size(text.size()) {
    if (!text.empty()) std::memcpy(x_bytes.get(), text.data(), text.size());
}

secret::secret(secret&& other) noexcept
    : x_bytes(std::move(other.x_bytes)), x_size(std::exchange(other.x_size, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        clear();
        x_bytes = std::move(other.x_bytes);
        x_size = std::exchange(other.x_size, 0);
    }
    return *this;
}

secret::~secret() {
    clear();
}

void secret::clear() noexcept {
    if (x_bytes) wipe(x_bytes.get(), x_size);
    x_bytes.reset();
    x_size = 0;
}

bool operator==(const secret& a, const secret& b) noexcept {
    if (a.x_size != b.x_size) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.x_size; ++i)
        difference |= static_cast<unsigned char>(a.x_bytes[i]) ^
                      static_cast<unsigned>(static_cast<unsigned char>(b.x_bytes[i]));
    return difference == 0;
}

std::ostream& operator<<(std::ostream& out, const secret&) {
    return out << "[redacted]";
}

} // namespace tokenward
