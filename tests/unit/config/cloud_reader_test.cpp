// Identities that take their login from clouds.yaml, secure.yaml or the OS_* variables: what is taken, and
// what wins.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using source = secret_ref::source;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CloudReader, AllOfALoginIsTakenFromTheCloud) {
    identity_config ci = identity_of(of_cloud("home"), {.clouds = good_clouds});
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{{}, "Home"}));
    EXPECT_EQ(secret_of(ci), (secret_ref{source::inline_text, "hunter2"}));
    EXPECT_EQ(ci.region_name, "eu-de");
    EXPECT_TRUE(ci.verify);
}

TEST(CloudReader, ScopeOfTheCloudBecomesTheDefault) {
    identity_config ci = identity_of(of_cloud("home"), {.clouds = good_clouds});
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"default", {scope_kind::project_name, "demo", {{}, "Home"}}}));
}

TEST(CloudReader, SecureFileIsLaidOverTheOther) {
    few_clouds both{.clouds = good_clouds,
                    .secure = "clouds: {home: {auth: {password: better}, verify: no}}\n"};
    identity_config ci = identity_of(of_cloud("home"), both);
    EXPECT_EQ(secret_of(ci).name, "better");
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_FALSE(ci.verify);
}

TEST(CloudReader, WhatTheIdentitySaysWinsKeyByKey) {
    identity_config ci = identity_of(of_cloud("home", "    region_name: eu-de\n"
                                                      "    verify: true\n"
                                                      "    auth:\n"
                                                      "      password: {file: /run/own}\n"
                                                      "      project_name: other\n"),
                                     {.clouds = good_clouds + "    verify: false\n"});
    EXPECT_EQ(secret_of(ci), (secret_ref{source::file, "/run/own"}));
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.scopes.at(0).target.value, "other");
    EXPECT_TRUE(ci.verify);
}

TEST(CloudReader, WhatTheIdentitySaysTakesThePlaceOfOtherFormsToo) {
    identity_config ci =
        identity_of(of_cloud("home", "    auth: {user_id: u1, domain_id: d1}\n"), {.clouds = good_clouds});
    EXPECT_EQ(ci.auth.user_id, "u1");
    EXPECT_EQ(ci.auth.username, "");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{"default", {scope_kind::domain_id, "d1", {}}}));
}

TEST(CloudReader, SecretsOfAnotherAuthTypeAreNotTaken) {
    few_clouds clouds{.clouds = good_clouds + "    auth_type: v3applicationcredential\n"};
    std::string cloud = clouds.clouds;
    clouds.clouds.insert(cloud.find("      password"), "      application_credential_id: a\n"
                                                       "      application_credential_secret: s\n");
    EXPECT_EQ(secret_of(identity_of(of_cloud("home", "    auth_type: password\n"), clouds)).name, "hunter2");
}

TEST(CloudReader, FilesAreReadOnceAndOnlyWhenAnIdentityWantsThem) {
    few_clouds_finder clouds({.clouds = good_clouds});
    EXPECT_TRUE(parse_config(good, "f", few_names{}, &clouds).ok());
    EXPECT_EQ(clouds.asked, 0);
    EXPECT_TRUE(
        parse_config("identities: {a: {cloud: home}, b: {cloud: home}}", "f", few_names{}, &clouds).ok());
    EXPECT_EQ(clouds.asked, 1);
}

TEST(CloudReader, OptionsForOtherToolsAreIgnored) {
    few_clouds clouds{.clouds = good_clouds + "    compute_api_version: '2.1'\n"
                                              "    networks: [{name: a, routes_externally: true}]\n"
                                              "    floating_ip_source: neutron\n"};
    EXPECT_THAT(faults_of(of_cloud("home"), clouds), IsEmpty());
}

TEST(CloudReader, FaultsOfOtherCloudsAreNotReported) {
    few_clouds clouds{.clouds = good_clouds + "  other: {auth: [], verify: perhaps}\n  third:\n"};
    EXPECT_THAT(faults_of(of_cloud("home"), clouds), IsEmpty());
}

TEST(CloudReader, AnchorsAndMergeKeysAreUnderstood) {
    identity_config ci =
        identity_of(of_cloud("home"), of_lines("    <<: &base\n"
                                               "      region_name: nl\n"
                                               "      verify: false\n"
                                               "    verify: true\n"
                                               "    auth: &a {auth_url: 'https://iam.example.com/v3', "
                                               "username: bot, user_domain_name: Home, password: !!str 1}\n"
                                               "  other: {<<: [*base, {key: x}], auth: *a}\n"));
    EXPECT_EQ(ci.region_name, "nl");
    EXPECT_TRUE(ci.verify);
    EXPECT_EQ(secret_of(ci).name, "1");
}

TEST(CloudReader, TheCloudOfTheVariablesHasTheNameThatIsSaid) {
    few_clouds variables{.variables = {{"OS_AUTH_URL", "https://iam.example.com/v3"},
                                       {"OS_USERNAME", "bot"},
                                       {"OS_USER_DOMAIN_NAME", "Home"},
                                       {"OS_PASSWORD", ""}},
                         .variables_name = "mine"};
    EXPECT_EQ(identity_of(of_cloud("mine"), variables).auth.username, "bot");
    EXPECT_THAT(faults_of(of_cloud("envvars"), variables), ElementsAre(HasSubstr("`envvars`")));
    variables.clouds = good_clouds;
    variables.variables_name = "home";
    EXPECT_THAT(faults_of(of_cloud("home"), variables),
                ElementsAre(HasSubstr("clouds.yaml:2: error: cloud `home` has the same name as the cloud")));
}

} // namespace
} // namespace tokenward
