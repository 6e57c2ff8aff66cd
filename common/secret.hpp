// A text that must not leak: it is moved and never copied, wiped when it goes, and prints as [redacted].
#pragma once

#include "common/secret_memory.hpp"

#include <cstddef>
#include <iosfwd>
#include <new>
#include <string>
#include <string_view>

namespace tokenward {

/// Wipes the whole capacity of `text`, then empties it.
void wipe(std::string& text) noexcept;

/// Owns a secret. Not thread-safe, as any value.
class secret {
  public:
    secret() noexcept = default;
    /// Copies `text`; the caller wipes its own copy, if it has one.
    explicit secret(std::string_view text);
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret();

    /// The secret itself. Valid as long as this object; must not be logged or put into an error.
    std::string_view reveal() const noexcept { return {x_bytes, x_size}; }
    bool empty() const noexcept { return x_size == 0; }
    std::size_t size() const noexcept { return x_size; }

    /// A second owner of the same text, made on purpose.
    secret duplicate() const { return secret(reveal()); }

    /// Compares in a time that depends on the lengths alone.
    friend bool operator==(const secret& a, const secret& b) noexcept;

  private:
    void clear() noexcept;

    char* x_bytes = nullptr; // of secret_memory
    std::size_t x_size = 0;
};

/// Writes `[redacted]`.
std::ostream& operator<<(std::ostream& out, const secret&);
/// The same for fmt.
inline std::string_view format_as(const secret&) noexcept {
    return "[redacted]";
}

/// An allocator of secret_memory, which wipes what it gets back: for buffers through which secrets pass.
template <class T>
struct wiping_allocator {
    using value_type = T;
    wiping_allocator() noexcept = default;
    template <class U>
    wiping_allocator(const wiping_allocator<U>&) noexcept {}
    T* allocate(std::size_t n) {
        static_assert(alignof(T) <= secret_memory::alignment);
        if (n > ~std::size_t{0} / sizeof(T)) throw std::bad_alloc();
        return static_cast<T*>(secret_memory::allocate(n * sizeof(T)));
    }
    void deallocate(T* p, std::size_t n) noexcept { secret_memory::deallocate(p, n * sizeof(T)); }
    friend bool operator==(const wiping_allocator&, const wiping_allocator&) noexcept { return true; }
};

/// A string whose heap memory is wiped. Short ones live inside the object and are not: keep those out of it,
/// or reserve() more than the small buffer first.
using wiped_string = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;

} // namespace tokenward
