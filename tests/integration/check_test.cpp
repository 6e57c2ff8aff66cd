// tokenwardd --check looks into the secrets, and a daemon that runs judges them in the same way.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>

using namespace tokenward::testing;
using namespace std::string_literals;
using tokenward::support::eventually;

namespace {

constexpr const char* byte_order_mark = "\xef\xbb\xbf";

class Check : public ::testing::Test {
  protected:
    /// What --check says to an identity with this password (in line 7) and further lines of `auth`.
    tokenward::support::finished check(const std::string& password, const std::string& more = "",
                                       std::map<std::string, std::string> env = {}) {
        const auto config = x_folder.write("tokenward.yaml", "identities:\n"
                                                             "  ci:\n"
                                                             "    auth:\n"
                                                             "      auth_url: https://iam.example/v3\n"
                                                             "      username: ci-bot\n"
                                                             "      user_domain_id: d\n"
                                                             "      password: " +
                                                                 password + "\n" + more);
        for (const char* name : {"CREDENTIALS_DIRECTORY", "INVOCATION_ID"}) env.emplace(name, "");
        return tokenward::support::run({TOKENWARD_DAEMON, "--check", "--config", config}, {.env = env});
    }
    std::string file(const std::string& content, const std::string& name = "password") {
        return "{file: " + x_folder.write(name, content).string() + "}";
    }
    std::string line(int number) const {
        return (x_folder / "tokenward.yaml").string() + ":" + std::to_string(number);
    }
    std::string path(const char* name) const { return x_folder / name; }

  private:
    tokenward::support::temp_dir x_folder;
};

TEST_F(Check, AProxyOfTheEnvironmentThatCannotBeUsedIsAFaultWithoutItsPassword) {
    const auto found = check(file("good"), "", {{"HTTPS_PROXY", "socks5://me:hunter2@proxy:1080"}});
    EXPECT_EQ(found.status, 2);
    EXPECT_NE(found.err.find("error: HTTPS_PROXY must begin with http://"), std::string::npos) << found.err;
    EXPECT_EQ(found.err.find("hunter2"), std::string::npos);
    const auto spared =
        check(file("good"), "", {{"HTTPS_PROXY", "socks5://proxy:1080"}, {"NO_PROXY", "iam.example"}});
    EXPECT_EQ(spared.status, 0) << spared.err;
}

TEST_F(Check, ASecretThatIsNoneIsAFaultOfTheLineThatNamesIt) {
    const std::map<std::string, std::string> cases{
        {"", "is empty"},
        {"\n\n", "has nothing but blank lines"},
        {"\xef\xbb\xbf\r\n", "is empty"},
        {"s3c\0ret"s, "holds a NUL byte"},
        {"s3c\xe9ret", "is not UTF-8"},
        {std::string(70'000, 'x'), "is longer than 64 KiB"},
        {"one\ntwo\nthree\n", "has more than two lines"},
    };
    for (const auto& [content, why] : cases) {
        const auto said = check(file(content));
        EXPECT_EQ(said.status, 2) << why;
        EXPECT_EQ(
            said.err.find(line(7) + ": error: identity `ci`: password: " + path("password") + " " + why), 0U)
            << said.err;
    }
    EXPECT_EQ(check("\"\\n\\n\"").status, 2) << "in the file itself";
    EXPECT_EQ(check(file("s3cret\n")).status, 0);
}

TEST_F(Check, AFileThatIsNotThereOrCannotBeReadIsAFault) {
    auto said = check("{file: /nowhere/password}");
    EXPECT_EQ(said.status, 2);
    EXPECT_NE(said.err.find("can't open /nowhere/password: No such file or directory"), std::string::npos);
    EXPECT_EQ(check("{file: /}").status, 2) << "a folder";
}

TEST_F(Check, AByteOrderMarkIsWorthAWarning) {
    const auto said = check(file(byte_order_mark + "s3cret\r\n"s));
    EXPECT_EQ(said.status, 0);
    EXPECT_NE(said.err.find(line(7) + ": warning: identity `ci`: password: " + path("password") +
                            " has a byte order mark"),
              std::string::npos)
        << said.err;
}

TEST_F(Check, ATotpSecretIsBase32) {
    const std::string good = file("s3cret");
    auto said = check(good, "      totp_secret: " + file("not/base32!\n", "totp") + "\n");
    EXPECT_EQ(said.status, 2);
    EXPECT_NE(said.err.find(line(8) + ": error: identity `ci`: totp_secret is not base32"), std::string::npos)
        << said.err;
    said = check(good, "      totp_secret: " + file("JBSW Y3DP EHPK 3PXP\n", "totp") + "\n");
    EXPECT_EQ(said.status, 0) << said.err;
}

TEST_F(Check, WhatOnlyTheUnitIsGivenCannotBeCheckedOutsideOfIt) {
    auto said = check("{credential: ci.password}");
    EXPECT_EQ(said.status, 0);
    EXPECT_NE(said.err.find(line(7) + ": warning: identity `ci`: password can't be checked here: "),
              std::string::npos)
        << said.err;
    said = check("{credential: ci.password}", "", {{"CREDENTIALS_DIRECTORY", "/nowhere"}});
    EXPECT_EQ(said.status, 2);
    EXPECT_NE(said.err.find("no credential `ci.password`"), std::string::npos) << said.err;

    EXPECT_EQ(check("{env: CI_PASSWORD}").status, 0);
    EXPECT_EQ(check("{env: CI_PASSWORD}", "", {{"CI_PASSWORD", "s3cret"}}).err, "");
    EXPECT_EQ(check("{env: CI_PASSWORD}", "", {{"CI_PASSWORD", "\n\n"}}).status, 2);
    EXPECT_EQ(check("{env: CI_PASSWORD}", "", {{"INVOCATION_ID", "x"}}).status, 2) << "in the unit";
}

TEST_F(Check, AByteOrderMarkIsNotSentToTheIam) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    d.write_password(byte_order_mark + std::string(iam_standin::password) + "\r\n");
    d.start();
    EXPECT_NE(d.token(), "");
    EXPECT_EQ(iam.state().logins.refused, 0U);
}

TEST_F(Check, ABlankSecretStopsItsIdentityAloneAndIsHealedByTheFile) {
    iam_standin iam;
    const std::string other = "  other:\n    auth:\n      auth_url: " + iam.auth_url() +
                              "\n      username: " + std::string(iam_standin::user) +
                              "\n      user_domain_name: " + std::string(iam_standin::domain) +
                              "\n      password: " + file(std::string(iam_standin::password)) +
                              "\n    scopes: {eu-de: {project_name: eu-de}}\n";
    daemon_under_test d({.auth_url = iam.auth_url(), .extra = other, .wait_ready = false});
    d.write_password("\n\n");
    d.start();
    const auto refused = d.get("/v1/tokens/ci/eu-de?max_wait=0");
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.body.find("has nothing but blank lines"), std::string::npos) << refused.body;
    EXPECT_EQ(d.get("/v1/tokens/other/eu-de").status, 200);
    EXPECT_EQ(iam.state().logins.refused, 0U);
    d.write_password(iam_standin::password);
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/eu-de").status == 200; }));
    EXPECT_EQ(iam.state().logins.refused, 0U);
}

} // namespace
