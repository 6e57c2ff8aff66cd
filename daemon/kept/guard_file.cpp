// See guard_file.hpp.
#include "daemon/kept/guard_file.hpp"

#include "common/unique_fd.hpp"
#include "daemon/base/log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tokenward {
namespace {

problem failure(std::string_view what, const std::string& path) {
    return {errc::internal, fmt::format("can't {} {}: {}", what, path, std::strerror(errno))};
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

guard_salt random_salt() {
    guard_salt salt{};
    // Fails only before the kernel has entropy, and then it blocks; so few bytes are never interrupted.
    if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) std::abort();
    return salt;
}

// Why a file that was opened is not to be believed; null = it is.
const char* distrust(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return "it can't be examined";
    if (!S_ISREG(status.st_mode)) return "it is not a plain file";
    if (status.st_uid != ::geteuid()) return "it belongs to another user";
    if (status.st_size > static_cast<off_t>(guard_file::most_bytes)) return "it is too big";
    return nullptr;
}

result<std::string> read_all(int fd) {
    std::string text(guard_file::most_bytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return problem{errc::internal, std::strerror(errno)};
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

// As `mkdir -p`, with nothing in the new ones for others. Left to the opening to complain.
void make_directories(const std::string& path) {
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
        ::mkdir(path.substr(0, at).c_str(), 0700);
    ::mkdir(path.c_str(), 0700);
}

} // namespace

std::string state_directory() {
    if (std::string given = environment("STATE_DIRECTORY"); !given.empty())
        return given.substr(0, given.find(':'));
    if (::geteuid() == 0) return "/var/lib/tokenward";
    if (std::string state = environment("XDG_STATE_HOME"); !state.empty()) return state + "/tokenward";
    if (std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/tokenward";
    return "";
}

guard_memory guard_file::load(const std::optional<guard_memory>& otherwise) const {
    const guard_memory fresh = otherwise ? *otherwise : guard_memory{.salt = random_salt()};
    auto ignore = [&](std::string_view why) {
        log::warning("guard_file_ignored", {},
                     "the lockout guard's file {} is ignored and will be replaced: {}", x_path, why);
        return fresh;
    };
    unique_fd file(::open(x_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file) return errno == ENOENT ? fresh : ignore(std::strerror(errno));
    if (const char* why = distrust(file.get())) return ignore(why);
    auto text = read_all(file.get());
    if (!text) return ignore(text.error().detail);
    auto memory = parse_guard_memory(*text);
    const bool is_stale =
        memory && otherwise && otherwise->salt == memory->salt && otherwise->serial > memory->serial;
    if (is_stale) return ignore("it is older than what was kept over the restart");
    if (memory) return *memory;
    if (!is_newer_guard_format(*text)) return ignore(memory.error().detail);
    // A second name for it, which the next save() does not take away.
    const std::string aside = x_path + ".newer";
    ::unlink(aside.c_str());
    const bool stays = ::link(x_path.c_str(), aside.c_str()) == 0;
    log::warning("guard_file_ignored", {}, "the lockout guard's file {} is passed over, {}: {}", x_path,
                 stays ? "and stays as " + aside : "and can't be put aside", memory.error().detail);
    return fresh;
}

result<void> guard_file::save(const guard_memory& memory) const {
    make_directories(x_directory);
    const std::string temporary = fmt::format("{}.{}.tmp", x_path, ::getpid());
    ::unlink(temporary.c_str()); // left by a killed namesake
    unique_fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return failure("create", temporary);
    if (!write_all(file.get(), format_guard_memory(memory)) || ::fsync(file.get()) != 0 ||
        ::rename(temporary.c_str(), x_path.c_str()) != 0) {
        problem why = failure("write", x_path);
        ::unlink(temporary.c_str());
        return why;
    }
    unique_fd directory(::open(x_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return failure("sync", x_directory);
    return {};
}

} // namespace tokenward
