// Faults in how an answer goes over the wire: each seen byte by byte.
#include "tests/unit/support/standin_fixture.hpp"

#include <gmock/gmock.h>

#include <system_error>

namespace tokenward::support {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WireFault : public standin_test {
  protected:
    /// A connection on which a login has been sent, with a fault ahead of it.
    http_client sent_with(std::string_view fault) const {
        x_iam.fault(fault);
        auto client = x_iam.connect();
        send_login(client);
        return client;
    }

    static void send_login(http_client& client) {
        const auto body = password_login();
        client.send_raw("POST /v3/auth/tokens HTTP/1.1\r\nHost: iam\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    /// Reads to the end; whether that was a reset. What came before it is added to `seen`.
    static bool ends_in_reset(http_client& client, std::string& seen) {
        try {
            for (std::string part = client.receive_raw(); !part.empty(); part = client.receive_raw())
                seen += part;
            return false;
        } catch (const std::system_error& e) {
            return e.code() == std::errc::connection_reset;
        }
    }
};

TEST_F(WireFault, ConnectionIsKeptWhenThereIsNone) {
    auto client = x_iam.connect();
    for (int i = 0; i < 3; ++i) {
        send_login(client);
        EXPECT_EQ(client.read_reply().status, 201);
    }
    EXPECT_EQ(x_iam.state().connections, 1);
}

TEST_F(WireFault, ResetComesBeforeAnyByte) {
    auto client = sent_with(R"({"kind": "reset"})");
    std::string seen;
    EXPECT_TRUE(ends_in_reset(client, seen));
    EXPECT_EQ(seen, "");
}

TEST_F(WireFault, ResetComesInTheMiddleOfTheAnswer) {
    auto client = sent_with(R"({"kind": "reset", "after_bytes": 100})");
    std::string seen;
    EXPECT_TRUE(ends_in_reset(client, seen));
    EXPECT_EQ(seen.size(), 100);
    EXPECT_THAT(seen, StartsWith("HTTP/1.1 201 Created\r\n"));
}

TEST_F(WireFault, HangSendsNothingAndStaysOpen) {
    auto client = sent_with(R"({"kind": "hang"})");
    x_iam.wait_for_logins(1);
    client.set_limit(milliseconds{200});
    EXPECT_THROW(client.receive_raw(), std::runtime_error);
    EXPECT_FALSE(client.is_closed_by_peer());
}

TEST_F(WireFault, HangStopsInTheMiddleOfTheAnswer) {
    auto client = sent_with(R"({"kind": "hang", "after_bytes": 50})");
    std::string seen;
    while (seen.size() < 50) seen += client.receive_raw();
    EXPECT_EQ(seen.size(), 50);
    client.set_limit(milliseconds{200});
    EXPECT_FALSE(client.is_closed_by_peer());
}

TEST_F(WireFault, HangDoesNotKeepTheStandinFromEnding) {
    auto client = sent_with(R"({"kind": "hang"})");
    x_iam.wait_for_logins(1);
    x_iam.program().signal(SIGTERM);
    EXPECT_EQ(x_iam.program().wait_exit(), 0);
}

TEST_F(WireFault, SlowSendsByteByByte) {
    auto client = sent_with(R"({"kind": "slow", "interval_ms": 100})");
    const auto start = std::chrono::steady_clock::now();
    std::string seen;
    while (seen.size() < 5) seen += client.receive_raw();
    EXPECT_THAT(seen, StartsWith("HTTP/"));
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds{400});
}

TEST_F(WireFault, CutShortClosesBeforeItsContentLengthIsReached) {
    auto client = sent_with(R"({"kind": "cut_short"})");
    const auto all = client.receive_to_end();
    const auto head = all.find("\r\n\r\n") + 4;
    const auto length = std::stoul(all.substr(all.find("Content-Length: ") + 16));
    EXPECT_GT(all.size(), head);
    EXPECT_LT(all.size() - head, length);
}

TEST_F(WireFault, EndlessBodyGoesOnPastEveryLimit) {
    auto client = sent_with(R"({"kind": "endless_body"})");
    std::size_t seen = 0;
    while (seen < 20U << 20U) seen += client.receive_raw().size();
    EXPECT_FALSE(client.is_closed_by_peer());
}

TEST_F(WireFault, ChunkedAnswerIsWholeAndHasNoLength) {
    auto client = sent_with(R"({"kind": "chunked"})");
    const auto reply = client.read_reply();
    EXPECT_EQ(reply.header("Transfer-Encoding"), "chunked");
    EXPECT_FALSE(reply.has_header("Content-Length"));
    EXPECT_TRUE(reply.body.starts_with('{') && reply.body.ends_with('}'));
    send_login(client);
    EXPECT_EQ(client.read_reply().status, 201);
}

TEST_F(WireFault, Http10AnswerEndsWithItsConnection) {
    auto client = sent_with(R"({"kind": "http_1_0"})");
    const auto reply = client.read_reply();
    EXPECT_EQ(reply.version, "HTTP/1.0");
    EXPECT_FALSE(reply.has_header("Content-Length"));
    EXPECT_TRUE(reply.body.ends_with('}'));
}

TEST_F(WireFault, LowerCaseIsOfHeaderNamesAlone) {
    auto client = sent_with(R"({"kind": "lower_case"})");
    const auto all = client.receive_raw();
    EXPECT_THAT(all, HasSubstr("\r\nx-subject-token: gAAAAA"));
    EXPECT_THAT(all, Not(HasSubstr("Content-Length")));
}

TEST_F(WireFault, CloseAfterSaysNothingAndCloses) {
    auto client = sent_with(R"({"kind": "close_after"})");
    const auto reply = client.read_reply();
    EXPECT_EQ(reply.status, 201);
    EXPECT_FALSE(reply.has_header("Connection"));
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(WireFault, DelayComesBeforeAWholeAnswer) {
    const auto start = std::chrono::steady_clock::now();
    auto client = sent_with(R"({"kind": "delay", "ms": 300})");
    EXPECT_EQ(client.read_reply().status, 201);
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds{300});
}

TEST_F(WireFault, ClosesWhenTheClientAsksForIt) {
    auto client = x_iam.connect();
    EXPECT_EQ(client.get("/v3", {{"Connection", "close"}}).header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(WireFault, ARequestThatMakesNoSenseIsAnsweredAndClosed) {
    auto client = x_iam.connect();
    client.send_raw("HELLO\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 400);
    EXPECT_TRUE(client.is_closed_by_peer());
}

} // namespace
} // namespace tokenward::support
