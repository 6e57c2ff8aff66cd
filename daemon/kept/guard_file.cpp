// Finds, checks, reads and writes the guard's file.
#include "daemon/kept/guard_file.hpp"

#include "common/posix.hpp"
#include "common/unique_fd.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/put_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tokenward {
namespace {

guard_salt random_salt() {
    guard_salt salt{};
    // Blocks until the kernel has entropy. After that, so few bytes can't fail or be interrupted.
    if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) std::abort();
    return salt;
}

// Why an open file is not used; null = it is.
const char* distrust(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return "it can't be examined";
    if (!S_ISREG(status.st_mode)) return "it is not a plain file";
    if (status.st_uid != ::geteuid()) return "it belongs to another user";
    if (status.st_size > static_cast<off_t>(guard_file::most_bytes)) return "it is too big";
    return nullptr;
}

} // namespace

std::string state_directory() {
    if (std::string_view given = environment_variable("STATE_DIRECTORY"); !given.empty())
        return std::string(given.substr(0, given.find(':')));
    if (::geteuid() == 0) return "/var/lib/tokenward";
    if (std::string state(environment_variable("XDG_STATE_HOME")); !state.empty())
        return state + "/tokenward";
    if (std::string home(environment_variable("HOME")); !home.empty())
        return home + "/.local/state/tokenward";
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
    if (!file) return errno == ENOENT ? fresh : ignore(error_text(errno));
    if (const char* why = distrust(file.get())) return ignore(why);
    std::string text(most_bytes + 1, '\0');
    const read_outcome got = read_all(file.get(), text);
    if (got.error != 0) return ignore(error_text(got.error));
    text.resize(got.size);
    auto memory = parse_guard_memory(text);
    const bool is_stale =
        memory && otherwise && otherwise->salt == memory->salt && otherwise->serial > memory->serial;
    if (is_stale) return ignore("it is older than what was kept over the restart");
    if (memory) return *memory;
    if (!is_newer_guard_format(text)) return ignore(memory.error().detail);
    // A second name keeps the file when the next save() replaces the first.
    const std::string second = x_path + ".newer";
    ::unlink(second.c_str());
    const bool kept = ::link(x_path.c_str(), second.c_str()) == 0;
    log::warning("guard_file_ignored", {}, "the lockout guard's file {} is not used; it {}: {}", x_path,
                 kept ? "is kept as " + second : "can't be kept, and will be replaced",
                 memory.error().detail);
    return fresh;
}

result<void> guard_file::save(const guard_memory& memory) const {
    return put_file(x_path, format_guard_memory(memory), if_there::replace);
}

} // namespace tokenward
