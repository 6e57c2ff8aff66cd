// See locked_memory.hpp.
#include "daemon/local/api/locked_memory.hpp"

#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

namespace tokenward::local {

std::size_t locked_memory_bytes() {
    constexpr std::string_view name = "VmLck:";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(name)) continue;
        const std::size_t digits = std::min(line.find_first_not_of(" \t", name.size()), line.size());
        std::size_t kibibytes = 0;
        (void)std::from_chars(line.data() + digits, line.data() + line.size(), kibibytes);
        return kibibytes * 1024;
    }
    return 0;
}

} // namespace tokenward::local
