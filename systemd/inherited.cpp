// Takes what the service manager passes to us.
#include "systemd/inherited.hpp"

#include "common/posix.hpp"

#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace tokenward::systemd {

result<std::vector<inherited_fd>> take_inherited() {
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    if (count < 0)
        return problem{errc::internal,
                       "systemd's $LISTEN_FDS and $LISTEN_FDNAMES make no sense: " + error_text(-count)};
    std::vector<inherited_fd> taken;
    for (int i = 0; i < count; ++i) {
        taken.push_back({unique_fd(SD_LISTEN_FDS_START + i), names[i]});
        std::free(names[i]);
    }
    std::free(static_cast<void*>(names));
    return taken;
}

std::string boot_id() {
    sd_id128_t id{};
    if (sd_id128_get_boot(&id) < 0) return {};
    char text[SD_ID128_STRING_MAX];
    return sd_id128_to_string(id, text);
}

std::string bound_path(int fd) {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        address.sun_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path))
        return {};
    const std::size_t length = size - offsetof(sockaddr_un, sun_path);
    if (address.sun_path[0] == '\0') return "@" + std::string(address.sun_path + 1, length - 1);
    return {address.sun_path, ::strnlen(address.sun_path, length)};
}

} // namespace tokenward::systemd
