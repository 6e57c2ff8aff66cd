// Compares and writes files that hold one secret.
#include "daemon/base/secret_file.hpp"

#include "common/posix.hpp"
#include "daemon/base/put_file.hpp"
#include "daemon/base/text/secret_text.hpp"
#include "daemon/base/text_file.hpp"

#include <sys/stat.h>

namespace tokenward {

result<secret_file_state> compare_secret_file(const std::string& path, std::string_view value) {
    struct stat is {};
    if (lstat(path.c_str(), &is) != 0)
        return errno == ENOENT || errno == ENOTDIR ? result<secret_file_state>(secret_file_state::absent)
                                                   : system_problem("examine", path);
    if (!S_ISREG(is.st_mode)) return problem{errc::internal, path + " exists and is not a regular file"};
    const text_file held = read_text_file(path);
    if (!held.fault.empty()) return problem{errc::internal, path + " " + held.fault};
    const secret_text found = judge_secret(held.text);
    const bool same = found.fault.empty() && found.lines == judge_secret(value).lines;
    return same ? secret_file_state::same : secret_file_state::different;
}

result<void> write_secret_file(const std::string& path, std::string_view value, bool replace) {
    wiped_string text;
    text.reserve(value.size() + 32); // on the heap, where it is wiped
    text.append(value).append("\n");
    return put_file(path, text, replace ? if_there::replace : if_there::fail);
}

} // namespace tokenward
