// A certificate authority of a test's own, and the good and bad certificates that it gives.
#pragma once

#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tokenward::support {

struct key_and_certificate {
    std::filesystem::path certificate; ///< PEM
    std::filesystem::path key;         ///< PEM, not encrypted
};

/// Makes its files in a directory of its own, which goes with it. Keys are EC P-256. Throws
/// std::runtime_error.
class test_ca {
  public:
    test_ca();
    ~test_ca();
    test_ca(const test_ca&) = delete;
    test_ca& operator=(const test_ca&) = delete;

    /// What a client must trust.
    const std::filesystem::path& certificate() const noexcept { return x_certificate; }

    /// Good for localhost, 127.0.0.1 and ::1, from an hour ago for a day.
    key_and_certificate server() const;
    /// The same names, ended an hour ago.
    key_and_certificate expired() const;
    /// Valid, but for wrong.example alone.
    key_and_certificate wrong_host() const;
    /// Good for a client of that name, which also names its files.
    key_and_certificate client(const std::string& name = "client") const;
    /// A copy of the key, encrypted with a passphrase that nobody knows.
    std::filesystem::path encrypted(const key_and_certificate& whose) const;
    /// As server(), by a CA that this one has made. The server shows that CA's certificate too.
    struct behind_another {
        key_and_certificate server;
        std::filesystem::path intermediate; ///< the other CA's certificate
    };
    behind_another server_behind_another() const;
    /// For the DNS names given, such as "*.example.com".
    key_and_certificate server_called(const std::string& name) const;
    /// Right names and times, signed by itself and not by this CA.
    key_and_certificate self_signed() const;

  private:
    struct authority;
    temp_dir x_directory;
    std::filesystem::path x_certificate;
    std::unique_ptr<authority> x_authority;
};

} // namespace tokenward::support
