// See text_file.hpp.
#include "daemon/text_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tokenward {

text_file read_text_file(const std::string& path) {
    text_file made;
    auto failed = [&] {
        made.error = errno;
        made.fault = std::string("can't be read: ") + std::strerror(made.error);
        made.text.clear();
        return std::move(made);
    };
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
    struct stat is {};
    if (!file || fstat(fileno(file.get()), &is) != 0) return failed();
    made.open_to_others = S_ISREG(is.st_mode) && (is.st_mode & (S_IROTH | S_IWOTH)) != 0;
    made.text.resize(text_file::largest + 1);
    std::size_t size = std::fread(made.text.data(), 1, made.text.size(), file.get());
    if (std::ferror(file.get()) != 0) return failed();
    if (size > text_file::largest) made.fault = "is larger than 1 MiB";
    made.text.resize(size > text_file::largest ? 0 : size);
    return made;
}

} // namespace tokenward
