// See secret_file.hpp.
#include "daemon/base/secret_file.hpp"

#include "daemon/base/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace tokenward {
namespace {

problem trouble(const std::string& path, int error) {
    return {errc::internal, path + ": " + std::generic_category().message(error)};
}

/// All of `text` or an errno; closes `fd`.
int write_and_close(int fd, std::string_view text) {
    int error = 0;
    while (error == 0 && !text.empty()) {
        ssize_t n = ::write(fd, text.data(), text.size());
        if (n >= 0)
            text.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && fsync(fd) != 0) error = errno;
    if (close(fd) != 0 && error == 0) error = errno;
    return error;
}

} // namespace

result<secret_file_state> compare_secret_file(const std::string& path, std::string_view value) {
    struct stat is {};
    if (lstat(path.c_str(), &is) != 0)
        return errno == ENOENT || errno == ENOTDIR ? result<secret_file_state>(secret_file_state::absent)
                                                   : trouble(path, errno);
    if (!S_ISREG(is.st_mode)) return problem{errc::internal, path + " is there, and is no regular file"};
    text_file held = read_text_file(path);
    if (!held.fault.empty()) return problem{errc::internal, path + " " + held.fault};
    std::string_view text = held.text;
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text == value ? secret_file_state::same : secret_file_state::different;
}

result<void> write_secret_file(const std::string& path, std::string_view value, bool replace) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::error_code failed;
    mode_t before = umask(077);
    std::filesystem::create_directories(folder, failed);
    (void)umask(before);
    if (failed) return trouble(folder, failed.value());
    std::string draft = path + ".XXXXXX"; // mkostemp gives it mode 0600
    int fd = mkostemp(draft.data(), O_CLOEXEC);
    if (fd < 0) return trouble(draft, errno);
    wiped_string text;
    text.reserve(value.size() + 32); // on the heap, where it is wiped
    text.append(value).append("\n");
    int error = write_and_close(fd, text);
    // link() and not rename(): it leaves alone what has come there meanwhile.
    if (error == 0 && !replace && link(draft.c_str(), path.c_str()) != 0) error = errno;
    if (error == 0 && replace && std::rename(draft.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0 || !replace) (void)unlink(draft.c_str()); // what remains has mode 0600
    if (error != 0) return trouble(path, error);
    return {};
}

} // namespace tokenward
