// See config_file.hpp.
#include "daemon/config_file.hpp"

#include "common/secret.hpp"
#include "daemon/system_names.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tokenward {
namespace {

constexpr std::size_t largest = 1 << 20;

parsed_config unreadable(const std::string& path, const std::string& why) {
    parsed_config failed;
    failed.faults.push_back({config_fault::level::error, path, 0, why});
    return failed;
}

} // namespace

parsed_config read_config(const std::string& path) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
    if (!file) return unreadable(path, std::string("can't be read: ") + std::strerror(errno));
    wiped_string text(largest + 1, '\0'); // it may hold a password
    std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
    if (std::ferror(file.get()) != 0)
        return unreadable(path, std::string("can't be read: ") + std::strerror(errno));
    if (size > largest) return unreadable(path, "is larger than 1 MiB");
    return parse_config({text.data(), size}, path, system_names());
}

} // namespace tokenward
