// See temp_dir.hpp.
#include "tests/support/temp_dir.hpp"

#include "tests/support/system_error.hpp"
#include "tests/support/unique_fd.hpp"

#include <fcntl.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace tokenward::support {

temp_dir::temp_dir() {
    std::string name = std::filesystem::temp_directory_path() / "tokenward-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("mkdtemp " + name);
    x_path = name;
}

temp_dir::~temp_dir() {
    std::error_code ignored;
    std::filesystem::remove_all(x_path, ignored);
}

std::filesystem::path temp_dir::write(std::string_view name, std::string_view text) const {
    const auto target = x_path / name;
    const auto fresh = std::filesystem::path(target.string() + ".new");
    const unique_fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) throw_errno("open " + fresh.string());
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        if (written < 0) throw_errno("write " + fresh.string());
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    std::filesystem::rename(fresh, target);
    return target;
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("can't read " + file.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace tokenward::support
