// Owns, moves and compares secrets.
#include "common/secret.hpp"

#include <cstring>
#include <ostream>
#include <utility>

namespace tokenward {

void wipe(std::string& text) noexcept {
    text.resize(text.capacity()); // never allocates: up to the capacity only
    wipe(text.data(), text.size());
    text.clear();
}

secret::secret(std::string_view text) : x_size(text.size()) {
    if (text.empty()) return;
    x_bytes = static_cast<char*>(secret_memory::allocate(x_size));
    std::memcpy(x_bytes, text.data(), x_size);
}

secret::secret(secret&& other) noexcept
    : x_bytes(std::exchange(other.x_bytes, nullptr)), x_size(std::exchange(other.x_size, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        clear();
        x_bytes = std::exchange(other.x_bytes, nullptr);
        x_size = std::exchange(other.x_size, 0);
    }
    return *this;
}

secret::~secret() {
    clear();
}

void secret::clear() noexcept {
    if (x_bytes != nullptr) secret_memory::deallocate(x_bytes, x_size);
    x_bytes = nullptr;
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
