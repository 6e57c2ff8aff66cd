// Makes and reads sealed memory files.
#include "systemd/memory_file.hpp"

#include "common/posix.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tokenward::systemd {
namespace {

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr unsigned never_executable = 0x0008U; // MFD_NOEXEC_SEAL, which Debian 12's headers don't know

// Never executable where the kernel can say so (6.3), for there vm.memfd_noexec may forbid any other.
unique_fd make_file() {
    constexpr unsigned usual = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    unique_fd made(::memfd_create("tokenward-state", usual | never_executable));
    if (!made && errno == EINVAL) made = unique_fd(::memfd_create("tokenward-state", usual));
    return made;
}

} // namespace

result<sealed_memory> sealed_memory::make(std::string_view bytes) {
    if (bytes.size() > most_sealed_bytes) return problem{errc::too_large, "it is over 512 MiB"};
    sealed_memory made;
    made.x_fd = make_file();
    if (!made.x_fd) return system_problem("make a file in memory");
    if (const int error = write_all(made.fd(), bytes); error != 0)
        return system_problem("write a file in memory", error);
    if (::fcntl(made.fd(), F_ADD_SEALS, all_seals) != 0) return system_problem("seal a file in memory");
    if (bytes.empty()) return made;
    // The file's own pages all the same, as long as nobody can write. Before Linux 6.7 a shared mapping of
    // what is sealed is refused, though it be for reading alone.
    void* pages = ::mmap(nullptr, bytes.size(), PROT_READ, MAP_PRIVATE, made.fd(), 0);
    if (pages == MAP_FAILED) return made; // then it may be swapped out, which the unit forbids too
    made.x_pages = pages;
    made.x_size = bytes.size();
    made.x_locked = ::mlock(pages, bytes.size()) == 0;
    return made;
}

sealed_memory::sealed_memory(sealed_memory&& other) noexcept
    : x_fd(std::move(other.x_fd)), x_pages(std::exchange(other.x_pages, nullptr)), x_size(other.x_size),
      x_locked(other.x_locked) {}

sealed_memory& sealed_memory::operator=(sealed_memory&& other) noexcept {
    if (this == &other) return *this;
    if (x_pages != nullptr) (void)::munmap(x_pages, x_size); // what was mapped can be unmapped
    x_fd = std::move(other.x_fd);
    x_pages = std::exchange(other.x_pages, nullptr);
    x_size = other.x_size;
    x_locked = other.x_locked;
    return *this;
}

sealed_memory::~sealed_memory() {
    if (x_pages != nullptr) (void)::munmap(x_pages, x_size);
}

result<wiped_string> read_sealed(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return system_problem("examine it");
    const int seals = ::fcntl(fd, F_GET_SEALS); // there may be more than ours
    if (seals < 0 || (seals & all_seals) != all_seals)
        return problem{errc::internal, "it is not a sealed memory file"};
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > most_sealed_bytes) return problem{errc::too_large, "it is over 512 MiB"};
    wiped_string bytes;
    bytes.reserve(64); // beyond what lives inside the object and is not wiped
    bytes.resize(size);
    if (::lseek(fd, 0, SEEK_SET) != 0) return system_problem("read it");
    const read_outcome got = read_all(fd, bytes);
    if (got.error != 0) return system_problem("read it", got.error);
    if (got.size < size) return problem{errc::internal, "it is shorter than its size"};
    return bytes;
}

} // namespace tokenward::systemd
