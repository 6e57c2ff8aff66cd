// What is wrong with clouds.yaml is told of in its own lines, and without its secrets.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using source = secret_ref::source;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// good_clouds with `old` replaced.
few_clouds with(const std::string& old, const std::string& text) {
    std::string changed = good_clouds;
    changed.replace(changed.find(old), old.size(), text);
    return {.clouds = changed};
}

TEST(CloudFaults, AValueOfTheCloudIsTracedToItsFileAndLine) {
    EXPECT_THAT(faults_of(of_cloud("home"), with("https:", "ftp:")),
                ElementsAre("clouds.yaml:5: error: `auth_url` must begin with https:// (or http://)"));
    EXPECT_THAT(faults_of(of_cloud("home"), with("username:", "usrename:")),
                ElementsAre("clouds.yaml:6: error: unknown key `usrename`: did you mean `username`?"));
    EXPECT_THAT(faults_of(of_cloud("home"),
                          {.clouds = good_clouds, .secure = "clouds:\n  home:\n    verify: maybe\n"}),
                ElementsAre("secure.yaml:3: error: `verify` must be true or false, without quotes"));
}

TEST(CloudFaults, WhatTheCloudLacksIsMissingWhereItIsNamed) {
    EXPECT_THAT(faults_of(of_cloud("home"), with("      password: hunter2\n", "")),
                ElementsAre(HasSubstr("f:3: error: `password` is missing in identities.ci.auth")));
}

TEST(CloudFaults, FaultsOfOurOwnFileKeepTheirLinesAndComeFirst) {
    EXPECT_THAT(faults_of(of_cloud("home", "    cacert: x\n    cacert: y\n"), with("https:", "ftp:")),
                ElementsAre(HasSubstr("f:4: error: `cacert` must be"),
                            HasSubstr("f:5: error: `cacert` is given"),
                            HasSubstr("clouds.yaml:5: error: `auth_url`")));
}

TEST(CloudFaults, ScopeThatIsGivenTwiceIsFoundInBothFiles) {
    EXPECT_THAT(
        faults_of(of_cloud("home", "    scopes: {a: {project_name: demo}, default: {unscoped: true}}\n"),
                  {.clouds = good_clouds}),
        ElementsAre(HasSubstr("f:4: error: scope `default` is already what line 9 of clouds.yaml under"),
                    HasSubstr("f:4: error: scope `a` is the same as `default` in line 9 of clouds.yaml")));
}

TEST(CloudFaults, UnknownCloudIsToldWhichThereAreAndWhereTheyWereLookedFor) {
    few_clouds clouds{.clouds = good_clouds + "  work: {}\n"};
    EXPECT_THAT(
        faults_of(of_cloud("hoem"), clouds),
        ElementsAre("f:3: error: no cloud `hoem`, did you mean `home`? There are `home`, `work` (looked "
                    "at clouds.yaml)"));
    EXPECT_THAT(faults_of(of_cloud("moon"), clouds),
                ElementsAre(HasSubstr("`moon`: there are `home`, `work`")));
}

TEST(CloudFaults, WithoutAFileTheFilesLookedAtAreSaid) {
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{}),
                ElementsAre("f:3: error: no clouds.yaml with cloud `home` (looked at clouds.yaml)"));
    EXPECT_THAT(faults_of(of_cloud("home")),
                ElementsAre("f:3: error: no clouds.yaml with cloud `home` (looked at no file)"));
}

TEST(CloudFaults, FileThatIsNotYamlIsReportedOnceForAllIdentities) {
    EXPECT_THAT(
        faults_of("identities: {a: {cloud: home}, b: {cloud: home}}", few_clouds{.clouds = "a: [b\n"}),
        ElementsAre(HasSubstr("clouds.yaml:2: error: not YAML")));
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{.clouds = "- a\n"}),
                ElementsAre(HasSubstr("clouds.yaml:1: error: must be a map")));
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{.clouds = "clouds:\n  home: text\n"}),
                ElementsAre(HasSubstr("clouds.yaml:2: error: cloud `home` must be a map")));
}

TEST(CloudFaults, CloudThatIsNoNameIsOneFault) {
    for (auto cloud : {"[home]", "''", "~", "{a: b}"})
        EXPECT_THAT(faults_of(of_cloud(cloud), {.clouds = good_clouds}), testing::SizeIs(testing::Ge(1U)));
    EXPECT_THAT(faults_of(of_cloud("[home]"), {.clouds = good_clouds}),
                ElementsAre("f:3: error: `cloud` must be a text"));
}

TEST(CloudFaults, AuthUrlThatNamesWhatTheCloudDoesNotSay) {
    EXPECT_THAT(
        faults_of(of_cloud("home"), with("https://iam", "https://{zone}")),
        ElementsAre("clouds.yaml:5: error: `auth_url` needs `zone`, which the cloud does not set: add it"));
}

TEST(CloudFaults, UnknownProfileIsAWarningAsForTheToolsOfOpenstack) {
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "    profile: moon\n"}),
                ElementsAre(HasSubstr("clouds.yaml:10: warning: profile `moon` is not known")));
}

TEST(CloudFaults, PlainTextIsWarnedOfOnlyWhereOthersMayReadIt) {
    few_clouds clouds{.clouds = good_clouds};
    EXPECT_THAT(faults_of(of_cloud("home"), clouds), IsEmpty());
    clouds.open_to_others = true;
    EXPECT_THAT(faults_of(of_cloud("home"), clouds),
                ElementsAre("clouds.yaml:8: warning: `password` is in a file that other users may read: run "
                            "chmod go-rwx on it"));
    EXPECT_THAT(faults_of(of_cloud("home", "    auth: {password: {file: /run/own}}\n"), clouds), IsEmpty());
}

TEST(CloudFaults, NoMessageHoldsASecret) {
    for (auto slip : {"[hunter2]", "{hunter2: x}", "{hunter2}", "!x hunter2", "\"\\qhunter2\"", "*hunter2",
                      "hunter2: x", "{file: hunter2}"}) {
        auto faults = faults_of(of_cloud("home"), with("hunter2", slip));
        EXPECT_THAT(faults, Not(IsEmpty())) << slip;
        EXPECT_THAT(faults, Each(Not(HasSubstr("hunter2")))) << slip;
    }
}

TEST(CloudFaults, AliasesAreBoundedAndNeverStandForThemselves) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        std::string n = std::to_string(i), last = "*a" + std::to_string(i - 1);
        bomb += "a" + n + ": &a" + n + " [" + last;
        for (int j = 0; j < 9; ++j) bomb += ", " + last;
        bomb += "]\n";
    }
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{.clouds = bomb}),
                ElementsAre(HasSubstr("error: too many values in one file")));
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{.clouds = "a: &a {b: *a}\n"}),
                ElementsAre("clouds.yaml:1: error: an alias inside its own anchor"));
    std::string deep = "a0: &a0 [x]\n";
    for (int i = 1; i < 100; ++i)
        deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    EXPECT_THAT(faults_of(of_cloud("home"), few_clouds{.clouds = deep}),
                ElementsAre(HasSubstr("error: nested too deeply")));
}

const std::vector<cloud_variable> openrc = {{"OS_AUTH_URL", "https://iam.example.com/v3"},
                                            {"OS_USERNAME", "bot"},
                                            {"OS_USER_DOMAIN_NAME", "Home"},
                                            {"OS_PROJECT_NAME", "demo"},
                                            {"OS_PASSWORD", ""},
                                            {"OS_REGION_NAME", "eu-de"},
                                            {"OS_IDENTITY_API_VERSION", "3"},
                                            {"OS_INTERFACE", "public"},
                                            {"OS_INSECURE", "true"}};

TEST(CloudOfVariables, TakesTheLoginFromThemAndNamesTheSecretOnes) {
    identity_config ci = identity_of(of_cloud("envvars"), {.variables = openrc});
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_EQ(secret_of(ci), (secret_ref{source::env, "OS_PASSWORD"}));
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_name, "demo", {{}, "Home"}}));
    EXPECT_EQ(ci.region_name, "eu-de");
    EXPECT_FALSE(ci.verify);
}

TEST(CloudOfVariables, FaultsNameTheVariable) {
    auto variables = openrc;
    variables[0].value = "iam.example.com";
    EXPECT_THAT(faults_of(of_cloud("envvars", "    verify: true\n"), {.variables = variables}),
                ElementsAre("$OS_AUTH_URL: error: `auth_url` must begin with https:// (or http://)"));
}

TEST(CloudOfVariables, WithoutAnyThatIsSaid) {
    EXPECT_THAT(faults_of(of_cloud("envvars"), {.clouds = good_clouds}),
                ElementsAre(HasSubstr("f:3: error: no variables for cloud `envvars`: set OS_AUTH_URL")));
}

} // namespace
} // namespace tokenward
