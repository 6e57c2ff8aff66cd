// Blocks of powers of two, cut from locked slabs between guard pages.
#include "common/secret_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_set>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) (static_cast<void>(start), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) (static_cast<void>(start), static_cast<void>(size))
#endif

namespace tokenward {

void wipe(void* bytes, std::size_t size) noexcept {
    if (size != 0) explicit_bzero(bytes, size);
}

namespace secret_memory {
namespace {

constexpr std::size_t smallest_block = alignment;
constexpr std::size_t largest_block = std::size_t{64} * 1024; // of a slab
constexpr std::size_t slab_size = 4 * largest_block;
constexpr std::size_t class_count = std::bit_width(largest_block / smallest_block);

struct free_block {
    free_block* next;
};

std::size_t page_size() noexcept {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

std::size_t whole_pages(std::size_t size) noexcept {
    return (size + page_size() - 1) / page_size() * page_size();
}

std::size_t block_size(std::size_t size) noexcept {
    return size > largest_block ? whole_pages(size) : std::bit_ceil(std::max(size, smallest_block));
}

std::size_t class_of(std::size_t block) noexcept {
    return static_cast<std::size_t>(std::countr_zero(block / smallest_block));
}

class arena {
  public:
    void* take(std::size_t size) {
        if (size > most) throw std::bad_alloc();
        const std::size_t block = block_size(size);
        const std::lock_guard lock(x_mutex);
        void* taken = block > largest_block ? map(block) : pop(block);
        x_figures.used += block;
        ASAN_UNPOISON_MEMORY_REGION(taken, size);
        return taken;
    }

    void give_back(void* taken, std::size_t size) noexcept {
        const std::size_t block = block_size(size);
        wipe(taken, size);
        const std::lock_guard lock(x_mutex);
        x_figures.used -= block;
        if (block > largest_block)
            unmap(taken, block);
        else
            push(taken, block);
    }

    figures measure() noexcept {
        const std::lock_guard lock(x_mutex);
        return x_figures;
    }

  private:
    static constexpr std::size_t most = ~std::size_t{0} / 2; // so that no sum below runs over

    void* pop(std::size_t block) {
        free_block*& first = x_free[class_of(block)];
        if (first == nullptr) return carve(block);
        free_block* taken = first;
        ASAN_UNPOISON_MEMORY_REGION(taken, sizeof(free_block));
        first = taken->next;
        wipe(taken, sizeof(free_block));
        ASAN_POISON_MEMORY_REGION(taken, block);
        return taken;
    }

    void push(void* taken, std::size_t block) noexcept {
        ASAN_UNPOISON_MEMORY_REGION(taken, sizeof(free_block));
        free_block*& first = x_free[class_of(block)];
        first = new (taken) free_block{first};
        ASAN_POISON_MEMORY_REGION(taken, block);
    }

    // A block that was never used.
    void* carve(std::size_t block) {
        if (x_fresh_size < block) {
            auto* slab = static_cast<std::byte*>(map(slab_size));
            free_rest_of_slab();
            x_fresh = slab;
            x_fresh_size = slab_size;
            ASAN_POISON_MEMORY_REGION(slab, slab_size);
        }
        void* carved = x_fresh;
        x_fresh += block;
        x_fresh_size -= block;
        return carved;
    }

    // It is too small for this request, but its size is a sum of smaller blocks' sizes.
    void free_rest_of_slab() noexcept {
        while (x_fresh_size != 0) {
            const std::size_t block = std::min(std::bit_floor(x_fresh_size), largest_block);
            push(x_fresh, block);
            x_fresh += block;
            x_fresh_size -= block;
        }
    }

    // Between two pages without access: reading over the end is a fault, and not a neighbour's secret.
    void* map(std::size_t size) {
        const std::size_t guard = page_size();
        void* all = ::mmap(nullptr, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) throw std::bad_alloc();
        auto* pages = static_cast<std::byte*>(all) + guard;
        if (::mprotect(pages, size, PROT_READ | PROT_WRITE) != 0) {
            (void)::munmap(all, size + 2 * guard);
            throw std::bad_alloc();
        }
        // An old kernel knows neither: RLIMIT_CORE is zero all the same, and nothing forks.
        (void)::madvise(pages, size, MADV_DONTDUMP);
        (void)::madvise(pages, size, MADV_WIPEONFORK);
        if (::mlock(pages, size) != 0) remember_unlocked(pages, size, errno);
        x_figures.mapped += size;
        return pages;
    }

    void remember_unlocked(std::byte* pages, std::size_t size, int error) {
        try {
            x_unlocked.insert(pages);
        } catch (...) {
            const std::size_t guard = page_size();
            (void)::munmap(pages - guard, size + 2 * guard); // what was mapped just now can be unmapped
            throw;
        }
        x_figures.lock_error = error;
        x_figures.unlocked += size;
    }

    void unmap(void* pages, std::size_t size) noexcept {
        x_figures.mapped -= size;
        if (x_unlocked.erase(pages) != 0) x_figures.unlocked -= size;
        const std::size_t guard = page_size();
        ASAN_UNPOISON_MEMORY_REGION(pages, size);
        (void)::munmap(static_cast<std::byte*>(pages) - guard, size + 2 * guard);
    }

    std::mutex x_mutex;
    std::array<free_block*, class_count> x_free{};
    std::byte* x_fresh = nullptr; // what is left of the newest slab
    std::size_t x_fresh_size = 0;
    figures x_figures{};
    std::unordered_set<void*> x_unlocked; // mappings
};

// Never destroyed: what holds a secret may live as long as the process.
arena& the_arena() {
    static arena& one = *new arena;
    return one;
}

} // namespace

void* allocate(std::size_t size) {
    return the_arena().take(size);
}

void deallocate(void* block, std::size_t size) noexcept {
    the_arena().give_back(block, size);
}

figures measure() noexcept {
    return the_arena().measure();
}

} // namespace secret_memory
} // namespace tokenward
