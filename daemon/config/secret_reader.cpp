// Reads secrets from files, credentials of systemd and variables.
#include "daemon/config/secret_reader.hpp"

#include "common/posix.hpp"
#include "common/unique_fd.hpp"
#include "daemon/base/text/secret_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

namespace tokenward {
namespace {

using source = secret_ref::source;

problem trouble(const std::string& what, const std::string& message) {
    return {errc::internal, what + ": " + message};
}

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

result<secret_reading> read_file(const std::string& path, const std::string& what) {
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    const unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat is {};
    if (!file || fstat(file.get(), &is) != 0) return trouble(what, system_problem("open", path).detail);
    if (!S_ISREG(is.st_mode)) return trouble(what, path + " is not a regular file");
    std::vector<char, wiping_allocator<char>> bytes(longest_secret + largest_frame + 1);
    const read_outcome got = read_all(file.get(), bytes);
    if (got.error != 0) return trouble(what, system_problem("read", path, got.error).detail);
    auto made = secret_in({bytes.data(), got.size}, what + ": " + path);
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
    const std::string_view folder = environment_variable("CREDENTIALS_DIRECTORY");
    if (ref.from != source::credential || folder.empty()) return std::nullopt;
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
        // unsetenv finds the entry by its name, so it is called before the entry is wiped. It can't fail:
        // the name is valid.
        (void)unsetenv(name.c_str());
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
