// What is left over in TLS: tickets do no harm, and application data that nobody asked for is never an
// answer.
#include "daemon/iam/net/connection.hpp"
#include "daemon/iam/net/tls.hpp"

#include "tests/support/test_ca.hpp"
#include "tests/unit/iam/net/paired_connection.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <functional>
#include <thread>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

const support::test_ca& tls_ca() {
    static const support::test_ca one;
    return one;
}

/// A server of TLS at the other end of a socket pair. What it says is in the client's socket when say()
/// returns.
class tls_pair : public ::testing::TestWithParam<int> {
  protected:
    void SetUp() override {
        const auto files = tls_ca().server();
        x_server_context.reset(SSL_CTX_new(TLS_server_method()));
        ASSERT_EQ(SSL_CTX_set_max_proto_version(x_server_context.get(), GetParam()), 1);
        ASSERT_EQ(SSL_CTX_use_certificate_chain_file(x_server_context.get(), files.certificate.c_str()), 1);
        ASSERT_EQ(SSL_CTX_use_PrivateKey_file(x_server_context.get(), files.key.c_str(), SSL_FILETYPE_PEM),
                  1);
        auto context = make_tls_context({.cacert = tls_ca().certificate()});
        ASSERT_TRUE(context);
        tls_stream stream(metered_stream(paired_stream(x_io, x_theirs)), **context);
        ASSERT_TRUE(expect_host(stream.native_handle(), "localhost", true));
        server.reset(SSL_new(x_server_context.get()));
        SSL_set_fd(server.get(), x_theirs.get());
        std::thread shaking([&] { EXPECT_EQ(SSL_accept(server.get()), 1); });
        error_code failed = asio::error::try_again;
        stream.async_handshake(asio::ssl::stream_base::client, [&](error_code told) { failed = told; });
        x_io.run();
        if (failed) ::shutdown(x_theirs.get(), SHUT_RDWR);
        shaking.join(); // its tickets are out
        ASSERT_FALSE(failed) << failed.message();
        client = std::make_unique<connection>(connection{*context, std::move(stream)});
    }

    void say(std::string_view bytes) {
        std::size_t written = 0;
        ASSERT_EQ(SSL_write_ex(server.get(), bytes.data(), bytes.size(), &written), 1);
    }
    /// The bytes on the wire by which the server says what `speak` has it say; none of them is sent.
    std::string wire_of(const std::function<void()>& speak) {
        BIO* const memory = BIO_new(BIO_s_mem());
        BIO* const before = SSL_get_wbio(server.get());
        BIO_up_ref(before);
        SSL_set0_wbio(server.get(), memory);
        BIO_up_ref(memory);
        speak();
        char* bytes = nullptr;
        const long size = BIO_get_mem_data(memory, &bytes);
        std::string wire(bytes, static_cast<std::size_t>(size));
        SSL_set0_wbio(server.get(), before);
        BIO_free(memory);
        return wire;
    }
    void send_raw(std::string_view bytes) {
        ASSERT_EQ(::send(x_theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void send_ticket() {
        ASSERT_EQ(SSL_new_session_ticket(server.get()), 1);
        ASSERT_EQ(SSL_do_handshake(server.get()), 1);
    }

  private:
    struct freed {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
        void operator()(SSL* session) const noexcept { SSL_free(session); }
    };
    asio::io_context x_io{1};
    support::unique_fd x_theirs;
    std::unique_ptr<SSL_CTX, freed> x_server_context;

  protected:
    std::unique_ptr<SSL, freed> server;
    std::unique_ptr<connection> client;
};

} // namespace

TEST_P(tls_pair, IsQuietWithTheTicketsOfItsHandshake) {
    EXPECT_FALSE(client->check_quiet()) << client->check_quiet().message();
    EXPECT_FALSE(client->check_quiet());
}

TEST_P(tls_pair, DataThatNobodyAskedForIsFound) {
    say("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_EQ(client->check_quiet(), unasked_bytes);
}

TEST_P(tls_pair, DataIsFoundHoweverLittleOfItsRecordHasCome) {
    ASSERT_FALSE(client->check_quiet());
    const std::string record = wire_of([&] { say("HTTP/1.1 200 OK\r\n\r\n"); });
    for (std::size_t sent = 0; sent < record.size(); ++sent) {
        send_raw({&record[sent], 1});
        const bool whole = sent + 1 == record.size();
        EXPECT_EQ(client->check_quiet(), whole ? unasked_bytes : undecided_bytes)
            << sent + 1 << " bytes of " << record.size();
    }
}

TEST_P(tls_pair, ItsEndIsFound) {
    SSL_shutdown(server.get());
    EXPECT_EQ(client->check_quiet(), asio::error::eof);
}

INSTANTIATE_TEST_SUITE_P(Version, tls_pair, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& row) { return row.param == TLS1_3_VERSION ? "Tls13" : "Tls12"; });

class tls_1_3_pair : public tls_pair {};

TEST_P(tls_1_3_pair, LateTicketsAreTakenIn) {
    for (int i = 0; i < 3; ++i) {
        send_ticket();
        EXPECT_FALSE(client->check_quiet()) << i;
    }
}

TEST_P(tls_1_3_pair, PartOfATicketIsUndecidedUntilTheRestIsThere) {
    ASSERT_FALSE(client->check_quiet());
    const std::string ticket = wire_of([&] { send_ticket(); });
    send_raw(std::string_view(ticket).substr(0, 100));
    EXPECT_EQ(client->check_quiet(), undecided_bytes);
    send_raw(std::string_view(ticket).substr(100));
    EXPECT_FALSE(client->check_quiet());
}

TEST_P(tls_1_3_pair, DataBehindATicketIsFound) {
    send_raw(wire_of([&] {
        send_ticket();
        say("x");
    }));
    EXPECT_EQ(client->check_quiet(), unasked_bytes);
}

TEST_P(tls_1_3_pair, TicketsWithoutEndAreNotReadWithoutEnd) {
    send_raw(wire_of([&] {
        for (int i = 0; i < 200; ++i) send_ticket();
    }));
    EXPECT_EQ(client->check_quiet(), undecided_bytes);
}

INSTANTIATE_TEST_SUITE_P(Version, tls_1_3_pair, ::testing::Values(TLS1_3_VERSION),
                         [](const auto&) { return "Tls13"; });

TEST(ExpectHost, ANameThatOpenSslDoesNotTakeIsAFault) {
    auto context = make_tls_context({});
    ASSERT_TRUE(context);
    using namespace std::string_literals;
    for (const std::string& host : {"good.example\0.bad.example"s, std::string(256, 'a'), ""s}) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new((*context)->native_handle()),
                                                                SSL_free);
        EXPECT_FALSE(expect_host(session.get(), host, true)) << host.size();
        EXPECT_FALSE(expect_host(session.get(), host, false)) << host.size();
    }
}

} // namespace tokenward::iam
