// The bytes of one connection, plain or under TLS, with the rude endings that a test needs.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward::standin {

/// Blocking. Does not own its socket: whoever does may shutdown(2) it from another thread, and every call
/// then ends at once.
class stream {
  public:
    explicit stream(int socket) noexcept : x_socket(socket) {}
    virtual ~stream() = default;
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    /// At least one byte, or 0 at the end (or after an error: it's the same to us).
    virtual std::size_t read_some(char* buffer, std::size_t size);
    /// False when the other side has gone.
    virtual bool write_all(std::string_view bytes);
    /// Tells the other side that this was all, where the protocol has a word for it.
    virtual void finish() {}
    /// A session ticket, which is no answer to anything; nothing without TLS 1.3.
    virtual void send_ticket() {}
    virtual bool secure() const noexcept { return false; }

    /// Makes the closing of the socket a reset.
    void reset_on_close() const noexcept;
    /// Waits until the other side closes, or for `limit`; true when it has closed.
    bool wait_for_hangup(std::optional<std::chrono::milliseconds> limit) const;

  protected:
    int socket() const noexcept { return x_socket; }

  private:
    int x_socket;
};

/// The server's side of TLS; shared by all connections.
class tls_server {
  public:
    /// Loads a PEM chain and its key; `client_ca` (PEM) unless empty: clients need a certificate of these.
    /// Throws std::runtime_error.
    tls_server(const std::string& certificate, const std::string& key, const std::string& client_ca);

    /// Shakes hands; null when that fails.
    std::unique_ptr<stream> accept(int socket) const;

  private:
    struct freed {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };
    std::unique_ptr<SSL_CTX, freed> x_context;
};

} // namespace tokenward::standin
