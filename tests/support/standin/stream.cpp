// See stream.hpp.
#include "tests/support/standin/stream.hpp"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>

namespace tokenward::standin {

namespace {

struct session_freed {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
};
using session_ptr = std::unique_ptr<SSL, session_freed>;

class tls_stream : public stream {
  public:
    tls_stream(int socket, session_ptr session) noexcept : stream(socket), x_session(std::move(session)) {}

    std::size_t read_some(char* buffer, std::size_t size) override {
        ERR_clear_error();
        std::size_t got = 0;
        return SSL_read_ex(x_session.get(), buffer, size, &got) == 1 ? got : 0;
    }

    bool write_all(std::string_view bytes) override {
        ERR_clear_error();
        std::size_t written = 0;
        return bytes.empty() || SSL_write_ex(x_session.get(), bytes.data(), bytes.size(), &written) == 1;
    }

    void finish() override {
        ERR_clear_error();
        SSL_shutdown(x_session.get());
    }

    void send_ticket() override {
        ERR_clear_error();
        if (SSL_new_session_ticket(x_session.get()) == 1) SSL_do_handshake(x_session.get());
    }

    bool secure() const noexcept override { return true; }

  private:
    session_ptr x_session;
};

} // namespace

std::size_t stream::read_some(char* buffer, std::size_t size) {
    ssize_t got = -1;
    while ((got = ::recv(x_socket, buffer, size, 0)) < 0 && errno == EINTR) {
    }
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool stream::write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(x_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return true;
}

void stream::reset_on_close() const noexcept {
    const linger at_once{1, 0};
    ::setsockopt(x_socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool stream::wait_for_hangup(std::optional<std::chrono::milliseconds> limit) const {
    pollfd peer{x_socket, POLLRDHUP, 0};
    const auto most = std::chrono::milliseconds(std::numeric_limits<int>::max());
    const int timeout = limit ? static_cast<int>(std::min(*limit, most).count()) : -1;
    return ::poll(&peer, 1, timeout) > 0;
}

tls_server::tls_server(const std::string& certificate, const std::string& key, const std::string& client_ca)
    : x_context(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_min_proto_version(x_context.get(), TLS1_2_VERSION);
    if (SSL_CTX_use_certificate_chain_file(x_context.get(), certificate.c_str()) != 1)
        throw std::runtime_error("no certificate can be read from " + certificate);
    if (SSL_CTX_use_PrivateKey_file(x_context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("no key of that certificate can be read from " + key);
    if (client_ca.empty()) return;
    if (SSL_CTX_load_verify_file(x_context.get(), client_ca.c_str()) != 1)
        throw std::runtime_error("no certificate can be read from " + client_ca);
    SSL_CTX_set_verify(x_context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

std::unique_ptr<stream> tls_server::accept(int socket) const {
    session_ptr session(SSL_new(x_context.get()));
    SSL_set_fd(session.get(), socket);
    ERR_clear_error();
    if (SSL_accept(session.get()) != 1) {
        // What the client has sent meanwhile is read: closing with it unread would be a reset, which can
        // overtake the alert that says what was wrong.
        ::shutdown(socket, SHUT_WR);
        char ignored[4096];
        while (::recv(socket, ignored, sizeof ignored, 0) > 0) {
        }
        return nullptr;
    }
    return std::make_unique<tls_stream>(socket, std::move(session));
}

} // namespace tokenward::standin
