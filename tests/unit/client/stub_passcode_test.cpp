// tokenward_passcode(): what goes out, how often, and what stays in memory.
#include "client/call/handle.h"
#include "fake_daemon.hpp"
#include "stub_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

const std::string accepted = "HTTP/1.1 204 No Content\r\n\r\n";

int give(const client_ptr& client, const char* passcode, const char* identity = "ci") {
    return tokenward_passcode(client.get(), identity, passcode, 0);
}

std::string_view memory_of(const tw_buffer& buffer) {
    return {buffer.bytes, buffer.capacity};
}

} // namespace

TEST(StubPasscode, IsSentToItsIdentity) {
    fake_daemon daemon({accepted});
    auto client = open_client(daemon.path());
    EXPECT_EQ(give(client, "123456", "a/b"), tokenward_ok) << detail_of(client);
    EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/identities/a%2Fb/passcode HTTP/1.1\r\n"));
    EXPECT_THAT(daemon.requests().at(0), HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(daemon.requests().at(0), EndsWith("\r\n\r\n{\"passcode\":\"123456\"}"));
}

TEST(StubPasscode, StaysNowhereInTheHandle) {
    fake_daemon daemon({{{{accepted}}}, {{{problem_answer(424, "credential_rejected")}}}, {{{}}, true}});
    auto client = open_client(daemon.path());
    for (int error : {tokenward_ok, tokenward_error_credential_rejected, tokenward_error_connection_lost}) {
        EXPECT_EQ(give(client, "7340912"), error);
        ASSERT_NE(client->pool.links, nullptr);
        for (const tw_link* link = client->pool.links; link != nullptr; link = link->next) {
            EXPECT_EQ(memory_of(link->out).find("7340912"), std::string_view::npos);
            EXPECT_EQ(memory_of(link->in).find("7340912"), std::string_view::npos);
        }
        EXPECT_EQ(detail_of(client).find("7340912"), std::string::npos);
    }
}

TEST(StubPasscode, IsNeverSentTwice) {
    // The daemon hangs up on a connection that had served before, as in a restart: other calls try again.
    fake_daemon daemon({{{{token_answer()}, {}}, true}, {{{}}, true}, {{{accepted}}}});
    auto client = open_client(daemon.path());
    ASSERT_EQ(get_token(client).error, tokenward_ok);
    EXPECT_EQ(give(client, "123456"), tokenward_error_connection_lost);
    EXPECT_EQ(daemon.requests().size(), 2u);
}

TEST(StubPasscode, TheIamsRefusalComesInItsWords) {
    fake_daemon daemon({problem_answer(424, "credential_rejected", R"(,"detail":"IAM.1061")")});
    auto client = open_client(daemon.path());
    EXPECT_EQ(give(client, "123456"), tokenward_error_credential_rejected);
    EXPECT_EQ(detail_of(client), "IAM.1061");
}

TEST(StubPasscode, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
    auto client = open_client("/nonexistent/socket"); // would be no_daemon
    EXPECT_EQ(give(client, nullptr), tokenward_error_invalid_argument);
    EXPECT_EQ(give(client, ""), tokenward_error_invalid_argument);
    EXPECT_EQ(give(client, std::string(65, '1').c_str()), tokenward_error_invalid_argument);
    EXPECT_EQ(give(client, "123456", ""), tokenward_error_invalid_argument);
    EXPECT_EQ(give(client, "123456", nullptr), tokenward_error_invalid_argument);
    EXPECT_EQ(give(client, std::string(64, '\1').c_str()), tokenward_error_no_daemon);
}
