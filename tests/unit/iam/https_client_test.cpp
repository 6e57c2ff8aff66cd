// The way to the IAM against a stand-in that misbehaves: nothing takes longer than its deadline.
#include "daemon/iam/https_client.hpp"

#include "tests/support/iam_standin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;
using support::iam_standin;

/// What comes of a login (of nobody: a refusal is an answer too).
http_result ask(const iam_standin& iam, const https_options& options) {
    boost::asio::io_context io;
    https_client client(io.get_executor(), parse_auth_url(iam.auth_url())->where, options);
    std::optional<http_result> answer;
    auto call = [&]() -> boost::asio::awaitable<void> {
        http_request login{.method = "POST", .target = "/v3/auth/tokens", .body = "{}"};
        answer = co_await client.request(std::move(login));
    };
    boost::asio::co_spawn(io, call, boost::asio::detached);
    io.run();
    EXPECT_TRUE(answer.has_value());
    return answer ? std::move(*answer) : http_failure{{errc::internal, "no answer"}};
}

} // namespace

TEST(HttpsClient, AnAnswerThatComesByteByByteIsGivenUpAtTheDeadline) {
    iam_standin iam;
    iam.fault(
        R"({"kind": "slow", "interval_ms": 50})"); // every byte well within the deadline, all of them not
    auto answer = ask(iam, {.answer_timeout = 500ms});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, errc::iam_unavailable);
}

TEST(HttpsClient, AnAnswerThatStopsInItsMidstIsGivenUpAtTheDeadline) {
    iam_standin iam;
    for (const char* after : {"0", "20", "150"}) { // before, in its head, in its body
        iam.fault(R"({"kind": "hang", "after_bytes": )" + std::string(after) + "}");
        auto answer = ask(iam, {.answer_timeout = 200ms});
        ASSERT_FALSE(answer) << after;
        EXPECT_EQ(answer.error().error.code, errc::iam_unavailable) << after;
    }
}

TEST(HttpsClient, AnAnswerWithinTheDeadlineIsTakenWhole) {
    iam_standin iam;
    auto answer = ask(iam, {});
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(answer->status, 400U);
    EXPECT_FALSE(answer->body.empty());
}

TEST(HttpsClient, AFieldThatIsTooLongIsAFaultOfTheIam) {
    iam_standin iam;
    iam.fault(R"({"kind": "huge_header", "kib": 64})"); // within the limit of the head as a whole
    auto answer = ask(iam, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, errc::iam_protocol);
    EXPECT_TRUE(ask(iam, {}));
}

} // namespace tokenward::iam
