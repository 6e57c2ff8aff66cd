// Reads secrets from files, credentials of systemd and variables.
#include "daemon/config/secret_reader.hpp"

#include "daemon/base/text/secret_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <vector>

namespace tokenward {
namespace {

using source = secret_ref::source;

problem trouble(const std::string& what, const std::string& message) {
    return {errc::internal, what + ": " + message};
}

std::string reason(int error) {
    return std::generic_category().message(error);
}

class descriptor {
  public:
    explicit descriptor(int fd) : x_fd(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (x_fd >= 0) close(x_fd);
    }
    int get() const { return x_fd; }

  private:
    int x_fd;
};

/// The secret in the text of a file or variable, or why there is none. Warns of a byte order mark.
result<secret_reading> secret_in(std::string_view text, const std::string& what) {
    const secret_text judged = judge_secret(text);
    if (!judged.fault.empty()) return problem{errc::internal, what + " " + std::string(judged.fault)};
    wiped_string joined;
    joined.reserve(text.size() + 32); // on the heap, where it is wiped
    for (std::string_view line : judged.lines) joined.append(joined.empty() ? "" : "\n").append(line);
    secret_reading made{secret(std::string_view(joined.data(), joined.size()))};
    if (judged.has_mark)
        made.warning = what + " has a byte order mark, which is ignored: save it without one";
    return made;
}

constexpr std::size_t largest_frame = 5; // around a secret: a byte order mark and a line end

/// Reads at most a few bytes more than the longest secret. Returns an errno, 0 for success.
int read_all(int fd, std::vector<char, wiping_allocator<char>>& bytes) {
    bytes.resize(longest_secret + largest_frame + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        ssize_t n = ::read(fd, bytes.data() + size, bytes.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    bytes.resize(size); // never moves: the buffer that held the secret is the one that is wiped
    return 0;
}

result<secret_reading> read_file(const std::string& path, const std::string& what) {
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat is {};
    if (file.get() < 0 || fstat(file.get(), &is) != 0) {
        int error = errno;
        return trouble(what, "can't open " + path + ": " + reason(error));
    }
    if (!S_ISREG(is.st_mode)) return trouble(what, path + " is not a regular file");
    std::vector<char, wiping_allocator<char>> bytes;
    if (int error = read_all(file.get(), bytes); error != 0)
        return trouble(what, "can't read " + path + ": " + reason(error));
    auto made = secret_in({bytes.data(), bytes.size()}, what + ": " + path);
    if (!made) return made.error();
    if ((is.st_mode & (S_IROTH | S_IWOTH)) != 0)
        made->warning += (made->warning.empty() ? "" : "; ") + what + ": " + path +
                         " can be read or written by everybody: chmod o-rwx it";
    return made;
}

/// The file of a {file} or {credential}; none for other secrets, or if the folder of credentials is not
/// known.
std::optional<std::string> path_of(const secret_ref& ref) {
    if (ref.from == source::file) return ref.name;
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (ref.from != source::credential || folder == nullptr || *folder == '\0') return std::nullopt;
    return std::string(folder) + "/" + ref.name;
}

problem no_credential(const std::string& name, const char* why, const std::string& what) {
    return trouble(what, "no credential `" + name + "`: " + why +
                             "; give the unit LoadCredential= or LoadCredentialEncrypted=, and restart it");
}

} // namespace

result<secret_reading> secret_reader::read(const secret_ref& ref, const std::string& what) {
    if (ref.from == source::env) return take_variable(ref.name, what);
    if (ref.from == source::inline_text) return secret_in(ref.name, what);
    auto path = path_of(ref);
    if (!path) return no_credential(ref.name, "$CREDENTIALS_DIRECTORY is not set", what);
    if (ref.from == source::credential && access(path->c_str(), F_OK) != 0 && errno == ENOENT)
        return no_credential(ref.name, "it is not in $CREDENTIALS_DIRECTORY", what);
    return read_file(*path, what);
}

result<secret_reading> secret_reader::take_variable(const std::string& name, const std::string& what) {
    if (char* found = std::getenv(name.c_str())) {
        auto value = secret_in(found, what + ": $" + name);
        char* entry = found - name.size() - 1; // "NAME=value"
        std::size_t size = name.size() + 1 + std::strlen(found);
        (void)unsetenv(name.c_str()); // the name is one; goes by the name, so before the wipe
        wipe(entry, size);
        if (!value) return value.error();
        x_variables[name] = std::move(*value);
    }
    auto taken = x_variables.find(name);
    if (taken == x_variables.end()) return trouble(what, "the variable " + name + " is not set");
    return secret_reading{taken->second.value.duplicate(), taken->second.warning};
}

bool secret_reader::has_variable(const std::string& name) const {
    return x_variables.contains(name) || std::getenv(name.c_str()) != nullptr;
}

} // namespace tokenward
