// Stands where the service manager listens ($NOTIFY_SOCKET), and keeps what it is told and given.
#pragma once

#include "common/unique_fd.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace tokenward::testing {

class fake_manager {
  public:
    enum class place { file, abstract };
    explicit fake_manager(place where = place::file)
        : x_socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const bool abstract = where == place::abstract;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        // An abstract name begins with a NUL, which $NOTIFY_SOCKET writes as `@`.
        path().copy(address.sun_path + (abstract ? 1 : 0), sizeof address.sun_path - 2);
        const std::size_t size = offsetof(sockaddr_un, sun_path) + 1 + path().size();
        EXPECT_EQ(
            ::bind(x_socket.get(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)),
            0);
        ::setenv("NOTIFY_SOCKET", ((abstract ? "@" : "") + path()).c_str(), 1);
    }
    ~fake_manager() { ::unsetenv("NOTIFY_SOCKET"); }
    fake_manager(const fake_manager&) = delete;
    fake_manager& operator=(const fake_manager&) = delete;

    struct message {
        std::string text;
        unique_fd fd{};
    };
    /// The next one that was sent; empty if there is none.
    message receive() {
        std::array<char, 4096> text{};
        alignas(cmsghdr) std::array<char, 256> control{};
        iovec part{.iov_base = text.data(), .iov_len = text.size()};
        msghdr head{};
        head.msg_iov = &part;
        head.msg_iovlen = 1;
        head.msg_control = control.data();
        head.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(x_socket.get(), &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        message got{.text = std::string(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0)};
        for (cmsghdr* c = CMSG_FIRSTHDR(&head); size > 0 && c != nullptr; c = CMSG_NXTHDR(&head, c)) {
            int fd = -1;
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
            std::memcpy(&fd, CMSG_DATA(c), sizeof fd);
            got.fd = unique_fd(fd);
        }
        return got;
    }

  private:
    std::string path() const { return x_directory / "notify"; }

    support::temp_dir x_directory;
    unique_fd x_socket;
};

} // namespace tokenward::testing
