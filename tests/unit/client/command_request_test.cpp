// `tokenward request`: where the token goes and where it does not, and what happens when it is refused.
#include "command_run.hpp"
#include "fake_daemon.hpp"
#include "fake_service.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using namespace tokenward;
using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

std::string catalog_answer(const std::string& url) {
    return json_answer(
        R"({"catalog":[{"type":"compute","endpoints":[{"url":"https://other.example/"},{"url":")" + url +
        R"(","interface":"public"}]}]})");
}

std::string verdict_answer(const std::string& verdict) {
    return json_answer(R"({"verdict":")" + verdict + R"(","fingerprint":null})");
}

support::finished request(const fake_daemon& daemon, std::vector<std::string> arguments,
                          const std::string& input = "", std::map<std::string, std::string> env = {}) {
    arguments.insert(arguments.begin(), {"request", "--scope", "ci/eu-de"});
    env["TOKENWARD_SOCKET"] = daemon.path();
    return run_command(std::move(arguments), std::move(env), input);
}

const std::string updated = R"({"error_msg":"The token must be updated.","error_code":"APIG.0307"})";

} // namespace

TEST(Request, CallsAServiceOfTheCatalogWithTheToken) {
    fake_service service({service_answer(200, R"({"servers":[]})")});
    fake_daemon daemon({endpoint_answer(service.url() + "/v2.1/p1/"), token_answer()});
    support::finished result = request(daemon, {"GET", "compute/servers?limit=1"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, R"({"servers":[]})");
    EXPECT_THAT(service.requests().at(0), StartsWith("GET /v2.1/p1/servers?limit=1 HTTP/1.1\r\n"));
    EXPECT_THAT(service.requests().at(0), HasSubstr("\r\nX-Auth-Token: gAAAA-token\r\n"));
    EXPECT_THAT(daemon.requests().at(0), HasSubstr("?service=compute HTTP/1.1\r\n"));
}

TEST(Request, SendsABodyFromWhereverItIs) {
    support::temp_dir folder;
    std::ofstream(folder / "body") << R"({"a":1})";
    const std::vector<std::string> forms{R"({"a":1})", "@" + (folder / "body").string(), "@-"};
    for (const std::string& form : forms) {
        fake_service service({service_answer(202, "ok")});
        fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
        support::finished result =
            request(daemon, {"POST", "compute/servers", "-d", form, "-H", "X-More: yes"}, R"({"a":1})");
        EXPECT_EQ(result.out, "ok") << result.err;
        EXPECT_THAT(service.requests().at(0),
                    AllOf(StartsWith("POST /servers "), EndsWith("\r\n\r\n{\"a\":1}"),
                          HasSubstr("\r\nContent-Type: application/json\r\n"),
                          HasSubstr("\r\nX-More: yes\r\n")));
    }
}

TEST(Request, ARefusedTokenIsReportedAndTheCallMadeOnceMore) {
    fake_service service({service_answer(401, updated), service_answer(200, "good")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer("old"), verdict_answer("invalidated"),
                        token_answer("new")});
    support::finished result = request(daemon, {"POST", "compute/servers", "-d", "body"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "good");
    EXPECT_EQ(result.err, "");
    EXPECT_THAT(daemon.requests().at(2), AllOf(StartsWith("POST /v1/tokens/ci/eu-de/report "),
                                               HasSubstr(R"("status":401)"), HasSubstr("APIG.0307")));
    EXPECT_THAT(service.requests().at(1),
                AllOf(HasSubstr("X-Auth-Token: new\r\n"), EndsWith("\r\n\r\nbody")));
}

TEST(Request, ASecondRefusalIsTheEnd) {
    fake_service service({service_answer(401, updated), service_answer(401, updated)});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer("old"), verdict_answer("invalidated"),
                        token_answer("new"), verdict_answer("damped")});
    support::finished result = request(daemon, {"GET", "compute/servers"});
    EXPECT_EQ(result.status, 22);
    EXPECT_EQ(result.out, updated);
    EXPECT_THAT(result.err, HasSubstr("refused again and again"));
    EXPECT_EQ(service.requests().size(), 2u);
}

TEST(Request, WhatIsNotAboutTheTokenIsNotRepeated) {
    fake_service service({service_answer(403, "no right", "X-Reason: policy\r\n")});
    fake_daemon daemon(
        {endpoint_answer(service.url()), token_answer(), verdict_answer("not_about_the_token")});
    support::finished result = request(daemon, {"-i", "GET", "compute/servers"});
    EXPECT_EQ(result.status, 22);
    EXPECT_THAT(result.out,
                AllOf(StartsWith("HTTP/1.1 403 Word\r\nX-Reason: policy\r\n"), EndsWith("\r\n\r\nno right")));
    EXPECT_THAT(daemon.requests().at(2), HasSubstr(R"("body":"no right")"));
    EXPECT_EQ(service.requests().size(), 1u);
}

TEST(Request, ALongRefusalIsPrintedWhole) {
    const std::string page(700000, 'x');
    fake_service service({service_answer(403, page)});
    fake_daemon daemon(
        {endpoint_answer(service.url()), token_answer(), verdict_answer("not_about_the_token")});
    EXPECT_EQ(request(daemon, {"GET", "compute/servers"}).out, page);
}

TEST(Request, TheTokenGoesToHostsOfTheCatalogAlone) {
    fake_service stranger({service_answer(200, "")});
    for (const char* place : {"https://evil.example/x", "http://evil.example/x"}) {
        fake_daemon daemon({catalog_answer("https://ecs.example/v2.1"), json_answer(status_document)});
        support::finished result = request(daemon, {"GET", place});
        EXPECT_EQ(result.status, 2) << place;
        EXPECT_THAT(result.err, HasSubstr("--anywhere allows it")) << place;
    }
    fake_daemon daemon({catalog_answer("http://127.0.0.1:1/v2.1"), json_answer(status_document)});
    EXPECT_EQ(request(daemon, {"GET", stranger.url()}).status, 2)
        << "another port of this machine is a stranger";
    EXPECT_EQ(stranger.requests().size(), 0u);
    for (const std::string& asked : daemon.requests()) EXPECT_THAT(asked, Not(StartsWith("GET /v1/tokens/")));
}

TEST(Request, WithoutTlsTheTokenDoesNotLeaveThisMachineEvenForTheCatalog) {
    fake_daemon daemon({endpoint_answer("http://ecs.example:8774/v2.1")});
    support::finished result = request(daemon, {"GET", "compute/servers"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("does not go to ecs.example without TLS"));
    // Names that only look like this machine.
    for (const char* place :
         {"http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://[::2]/",
          "http://128.0.0.1/", "http://user@127.0.0.1/", "file:///etc/passwd"}) {
        fake_daemon asked({catalog_answer("https://ecs.example/"), json_answer(status_document)});
        EXPECT_EQ(request(asked, {"GET", place}).status, 2) << place;
    }
}

TEST(Request, AUrlOfTheCatalogOrOfTheIamIsWelcome) {
    fake_service service({service_answer(200, "a"), service_answer(200, "b"), service_answer(200, "c")});
    fake_daemon daemon({catalog_answer(service.url() + "/v2.1"), token_answer()});
    EXPECT_EQ(request(daemon, {"GET", service.url() + "/other"}).out, "a");
    std::string status = status_document;
    status.replace(status.find("https://iam.example"), 19, service.url());
    fake_daemon iam({catalog_answer("https://ecs.example/"), json_answer(status), token_answer()});
    EXPECT_EQ(request(iam, {"GET", service.url() + "/v3/projects"}).out, "b");
    fake_daemon anywhere({token_answer()});
    EXPECT_EQ(request(anywhere, {"--anywhere", "GET", service.url()}).out, "c");
}

TEST(Request, NoRedirectIsFollowed) {
    fake_service target({service_answer(200, "stolen")});
    fake_service service({service_answer(302, "moved", "Location: " + target.url() + "/\r\n")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(request(daemon, {"GET", "compute"}).out, "moved");
    EXPECT_EQ(target.requests().size(), 0u);
}

TEST(Request, AProxyOfTheEnvironmentDoesNotSeeWhatIsOfThisMachine) {
    fake_service proxy({service_answer(200, "from the proxy")});
    fake_service service({service_answer(200, "direct")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(request(daemon, {"GET", "compute/x"}, "", {{"http_proxy", proxy.url()}}).out, "direct");
    EXPECT_EQ(proxy.requests().size(), 0u);
}

TEST(Request, WritesToAFileAndReportsWhatCannotBeWritten) {
    support::temp_dir folder;
    fake_service service({service_answer(200, "content"), service_answer(200, "content")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(request(daemon, {"-o", folder / "out", "GET", "compute/x"}).out, "");
    std::ostringstream written;
    written << std::ifstream(folder / "out").rdbuf();
    EXPECT_EQ(written.str(), "content");
    fake_daemon again({endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(request(again, {"-o", "/dev/full", "GET", "compute/x"}).status, 1);
}

TEST(Request, AClosedStandardOutputIsNotTheSocketOfTheService) {
    fake_service service({service_answer(200, "content")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
    const std::string script =
        "exec " TOKENWARD_COMMAND " --socket \"$1\" request -s ci/eu-de GET compute/x >&-";
    support::finished result = support::run({"/bin/sh", "-c", script, "sh", daemon.path()});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("cannot write"));
}

TEST(Request, OnlyTheTokensOwnFieldIsRefusedWhateverItsSpelling) {
    fake_service service({service_answer(200, "x")});
    fake_daemon daemon({endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(request(daemon, {"-H", "X: 1", "-H", "X-Auth: 2", "GET", "compute/x"}).status, 0);
    EXPECT_THAT(service.requests().at(0), AllOf(HasSubstr("\r\nX: 1\r\n"), HasSubstr("\r\nX-Auth: 2\r\n")));
    for (const char* field : {"x-auth-TOKEN:x", "X-Auth-Token : x", "X-Auth-Token;:"})
        EXPECT_EQ(request(daemon, {"-H", field, "GET", "compute/x"}).status, 2) << field;
}

TEST(Request, AServiceThatIsAwayIsStatus7) {
    std::string gone;
    {
        fake_service service({});
        gone = service.url();
    }
    fake_daemon daemon({endpoint_answer(gone), token_answer()});
    support::finished result = request(daemon, {"GET", "compute/x"});
    EXPECT_EQ(result.status, 7);
    EXPECT_THAT(result.err, HasSubstr("the call failed: "));
}

TEST(Request, TheScopeMayBeTheOnlyOneThereIs) {
    fake_service service({service_answer(200, "x")});
    fake_daemon daemon({identities_answer(R"({"identity":"ci","scopes":["eu-de"],"verbs":["get"]})"),
                        endpoint_answer(service.url()), token_answer()});
    EXPECT_EQ(run_at(daemon, {"request", "GET", "compute/x"}).out, "x");
    fake_daemon several({identities_answer(ci)});
    EXPECT_EQ(run_at(several, {"request", "GET", "compute/x"}).status, 2);
}
