// A draft beside the file is written, synced, and given the file's name.
#include "daemon/base/put_file.hpp"

#include "common/posix.hpp"
#include "common/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tokenward {
namespace {

// As `mkdir -p`. What fails here shows when the draft is made.
void make_folders(const std::string& path) {
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
        (void)::mkdir(path.substr(0, at).c_str(), 0700);
}

// link(2) leaves alone what has come there meanwhile.
bool give_name(const std::string& draft, const std::string& path, if_there how) {
    return how == if_there::replace ? std::rename(draft.c_str(), path.c_str()) == 0
                                    : ::link(draft.c_str(), path.c_str()) == 0;
}

result<void> write_draft(int fd, const std::string& draft, const std::string& path, std::string_view bytes,
                         if_there how) {
    if (const int error = write_all(fd, bytes); error != 0) return system_problem("write", path, error);
    if (::fsync(fd) != 0 || !give_name(draft, path, how)) return system_problem("write", path);
    return {};
}

} // namespace

result<void> put_file(const std::string& path, std::string_view bytes, if_there how) {
    make_folders(path);
    std::string draft = path + ".XXXXXX"; // mkostemp(3) gives it mode 0600
    const unique_fd file(::mkostemp(draft.data(), O_CLOEXEC));
    if (!file) return system_problem("create", draft);
    const auto written = write_draft(file.get(), draft, path, bytes, how);
    if (!written || how == if_there::fail) (void)::unlink(draft.c_str()); // it may have become the file
    if (!written) return written;
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    const unique_fd directory(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return system_problem("sync the folder of", path);
    return {};
}

} // namespace tokenward
