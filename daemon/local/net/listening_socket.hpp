// The socket that callers connect to. It never replaces the socket of a running daemon, and is removed at the
// end.
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "daemon/core/config.hpp"
#include "daemon/local/net/socket_lock.hpp"
#include "daemon/local/peer/peer.hpp"

#include <sys/types.h>

#include <string>

namespace tokenward::local {

/// A listening stream socket, non-blocking: a Unix socket, but for listen_on(). One that bind() made is
/// removed from the file system when this goes, if what is at its path is still that socket; an adopted one
/// never is.
class listening_socket {
  public:
    /// Binds at `path` and listens. `mode` (permission bits) holds from the socket's first moment. A missing
    /// directory is made (0755); one in which others could put a socket of theirs in place of ours is
    /// refused. A stale socket is replaced. REQUIRES: no other thread makes files at the same time (the
    /// umask). Errors: bad_request (the path is too long), internal (another process serves there, something
    /// else than a socket is at the path, or what the system said).
    static result<listening_socket> bind(const std::string& path, unsigned mode);
    /// Listens for TCP on a loopback address. Errors: internal (the port is taken, or what the system said).
    static result<listening_socket> listen_on(const loopback_address& at);
    /// What is wrong with the directory of a socket at this path, if others could put one of theirs in its
    /// place. bind() refuses it.
    static result<void> check_directory(const std::string& path);
    /// Takes over a socket that was bound and listens already, such as one from systemd. Errors: internal (it
    /// is none, or what the system said; then it is closed).
    static result<listening_socket> adopt(unique_fd given);

    listening_socket(listening_socket&& other) noexcept = default;
    listening_socket& operator=(listening_socket&&) = delete;
    ~listening_socket();

    int fd() const noexcept { return x_fd.get(); }
    /// Empty if adopted, or TCP.
    const std::string& path() const noexcept { return x_path; }

    /// Callers of this socket see only these identities. Empty = all, as before the call.
    void show_only(std::vector<std::string> identities);
    const shown_identities& shown() const noexcept { return x_shown; }

  private:
    listening_socket() noexcept = default;

    socket_lock x_lock; // released last
    unique_fd x_fd;
    std::string x_path;
    dev_t x_device = 0;
    ino_t x_inode = 0;
    shown_identities x_shown;
};

} // namespace tokenward::local
