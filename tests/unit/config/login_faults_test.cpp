// The messages about faults in `auth`: the user, the address of the IAM, and secrets, which no message
// repeats.
#include "tests/unit/config/wrong_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class LoginFaults : public testing::TestWithParam<wrong_file> {};

TEST_P(LoginFaults, IsReportedOnceWithItsLine) {
    EXPECT_THAT(faults_of(GetParam().text), ElementsAre("f" + GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    Auth, LoginFaults,
    testing::Values(
        wrong_file{changed("password:", "pasword:"),
                   ":7: error: unknown key `pasword`: did you mean `password`?"},
        wrong_file{changed("      auth_url: https://iam.example.com/v3\n", ""),
                   ":3: error: `auth_url` is missing in identities.ci.auth: add the IAM's address, such as "
                   "https://iam.example.com/v3"},
        wrong_file{changed("      password: {file: /run/secret}\n", ""),
                   ":3: error: `password` is missing in identities.ci.auth: add {credential: NAME}, {file: "
                   "PATH} or {env: "
                   "NAME}"},
        wrong_file{changed("      username: bot\n", ""),
                   ":3: error: `username` or `user_id` is missing in identities.ci.auth"},
        wrong_file{changed("      user_domain_name: Home\n", ""),
                   ":3: error: `user_domain_name` or `user_domain_id` is missing in identities.ci.auth: a "
                   "`username` is unique "
                   "only within its domain"},
        wrong_file{good + "      user_id: 1\n",
                   ":8: warning: `username` and `user_id` are both given: the id counts, as for the "
                   "OpenStack tools"},
        wrong_file{good + "      username: me\n",
                   ":8: error: `username` is given twice: it is already in line 5"},
        wrong_file{changed("bot", "''"), ":5: error: `username` is empty"},
        wrong_file{changed("bot", "[bot]"), ":5: error: `username` must be a text"},
        wrong_file{changed("bot", "~"), ":5: error: `username` has no value: give it one or remove it"},
        wrong_file{changed("bot", std::string(256, 'u')),
                   ":5: error: `username` is too long: at most 255 bytes"},
        wrong_file{
            good + "      passcode: 123456\n",
            ":8: error: a `passcode` is good for half a minute and does not belong here: give `totp_secret`, "
            "or let a person give passcodes by `tokenward login`"},
        wrong_file{good + "      token: {file: /t}\n",
                   ":8: error: `token` does not go with auth_type password: remove it"},
        wrong_file{good + "      totp_secert: {file: /t}\n",
                   ":8: error: unknown key `totp_secert`: did you mean `totp_secret`?"},
        wrong_file{good + "      project_id: 1\n      domain_id: 2\n",
                   ":9: error: a project and a domain are both given in identities.ci.auth: move one of them "
                   "to `scopes`"},
        wrong_file{
            changed("username: bot\n      user_domain_name: Home", "user_id: u1\n      project_name: eu-de"),
            ":6: error: no domain for the project of identities.ci.auth: add `project_domain_name` or "
            "`project_domain_id`"}));

wrong_file url(const std::string& text, const std::string& fault) {
    return {changed("https://iam.example.com/v3", text), ":4: " + fault};
}

INSTANTIATE_TEST_SUITE_P(
    AuthUrl, LoginFaults,
    testing::Values(
        url("iam.example.com/v3", "error: `auth_url` must begin with https:// (or http://)"),
        url("ftp://iam.example.com/v3", "error: `auth_url` must begin with https:// (or http://)"),
        url("https:///v3", "error: `auth_url` must name a host, such as https://iam.example.com/v3"),
        url("https://:5000/v3", "error: `auth_url` must name a host, such as https://iam.example.com/v3"),
        url("https://iam_1!/v3", "error: `auth_url` must name a host, such as https://iam.example.com/v3"),
        url("'https://[::1/v3'", "error: `auth_url` must name a host, such as https://iam.example.com/v3"),
        url("https://iam:0/v3", "error: `auth_url` must have a port from 1 to 65535, or none"),
        url("https://iam:65536/v3", "error: `auth_url` must have a port from 1 to 65535, or none"),
        url("'https://iam:/v3'", "error: `auth_url` must have a port from 1 to 65535, or none"),
        url("'https://[::1]5000/v3'", "error: `auth_url` must have a port from 1 to 65535, or none"),
        url("https://iam/v3?a=b",
            "error: `auth_url` must not have a query or a fragment: end it with its path"),
        url("https://iam/v 3", "error: `auth_url` must have no spaces and be plain ASCII"),
        url("https://bot:hunter2@iam/v3",
            "error: `auth_url` must not hold a user or password: give `username` and `password`"),
        url("https://iam.example.com",
            "warning: `auth_url` does not end in /v3, where version 3 of the identity API usually is"),
        url("http://iam.example.com/v3",
            "warning: `auth_url` is http: password and tokens cross the network in clear, use https"),
        url("http://127.0.0.1.example.com/v3",
            "warning: `auth_url` is http: password and tokens cross the network in clear, use https")));

wrong_file password(const std::string& text, const std::string& fault) {
    return {changed("{file: /run/secret}", text), ":7: " + fault};
}

INSTANTIATE_TEST_SUITE_P(
    Secrets, LoginFaults,
    testing::Values(
        password("hunter2",
                 "warning: `password` is in this file as plain text: put it into a file of its own that only "
                 "the daemon may read, and write {file: /path/to/it} here"),
        password("''",
                 "error: `password` is empty: give one of {credential: NAME}, {file: PATH} or {env: NAME}"),
        password("[hunter2]",
                 "error: `password` must be one of {credential: NAME}, {file: PATH} or {env: NAME}"),
        password("{}", "error: `password` must be one of {credential: NAME}, {file: PATH} or {env: NAME}"),
        password("{file: /a, env: B}",
                 "error: `password` must be one of {credential: NAME}, {file: PATH} or {env: NAME}"),
        password("{hunter2}", "error: unknown key in `password`, which must be {credential: NAME}, {file: "
                              "PATH} or {env: NAME}"),
        password("{flie: /a}", "error: unknown key in `password`, which must be {credential: NAME}, {file: "
                               "PATH} or {env: NAME}: "
                               "did you mean `file`?"),
        password("{file: secret}",
                 "error: `password`: `file` must be an absolute path, one that begins with `/`"),
        password("{file: }", "error: `password`: `file` has no value: give it one"),
        password("{credential: a/b}",
                 "error: `password`: `credential` must be the name of a credential, without `/`"),
        password("{credential: ..}",
                 "error: `password`: `credential` must be the name of a credential, without `/`"),
        password("{env: $PASSWORD}", "error: `password`: `env` must be the name of a variable, without `$`"),
        password("*hunter2", "error: not YAML: the referenced anchor is not defined"),
        password("&hunter2",
                 "error: anchors are not supported: remove it (or quote the value, if it begins with `&`)"),
        password("!hunter2",
                 "error: tags are not supported: remove it (or quote the value, if it begins with `!`)"),
        password("\"\\qhunter2\"", "error: not YAML: unknown escape character")));

TEST(LoginFaults, LoopbackMayBeAskedInClear) {
    for (auto host : {"127.0.0.1:5000", "localhost", "iam.localhost", "'http://[::1]:5000/v3'"}) {
        std::string url = host[0] == '\'' ? host : "http://" + std::string(host) + "/v3";
        EXPECT_THAT(faults_of(changed("https://iam.example.com/v3", url)), SizeIs(0)) << host;
    }
}

TEST(LoginFaults, NoMessageHoldsAPassword) {
    for (auto slip :
         {"hunter2", "*hunter2", "&hunter2", "!hunter2", "\"\\qhunter2\"", "{hunter2}", "[hunter2]",
          "{hunter2: x}", "{x: hunter2}", "{file: hunter2}", "{env: hunter2!}", "'hunter2", "\"hunter2",
          "hunter2: x", "|hunter2", "%hunter2", "@hunter2", "`hunter2", "{hunter2: a, hunter2: b}"}) {
        auto faults = faults_of(changed("{file: /run/secret}", slip));
        EXPECT_THAT(faults, Not(SizeIs(0))) << slip;
        EXPECT_THAT(faults, Each(Not(HasSubstr("hunter2")))) << slip;
    }
    EXPECT_THAT(faults_of(changed("password: {file: /run/secret}", "password:hunter2")),
                Each(Not(HasSubstr("hunter2"))));
    EXPECT_THAT(faults_of("identities: {ci: {auth: {username: bot, password:hunter2}}}"),
                Each(Not(HasSubstr("hunter2"))));
}

} // namespace
} // namespace tokenward
