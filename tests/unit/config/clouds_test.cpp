// Identities that take their login from clouds.yaml and its kin: what is taken, and who wins.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using source = secret_ref::source;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A cloud `home` of these lines, which are indented by four.
few_clouds of_lines(const std::string& lines) {
    return {.clouds = "clouds:\n  home:\n" + lines};
}
const std::string auth = "    auth: {auth_url: 'https://iam.example.com/v3', username: bot, password: pw, ";

TEST(Clouds, AllOfALoginIsTakenFromTheCloud) {
    identity_config ci = identity_of(of_cloud("home"), {.clouds = good_clouds});
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{{}, "Home"}));
    EXPECT_EQ(secret_of(ci), (secret_ref{source::inline_text, "hunter2"}));
    EXPECT_EQ(ci.region_name, "eu-de");
    EXPECT_TRUE(ci.verify);
}

TEST(Clouds, ScopeOfTheCloudBecomesTheDefault) {
    identity_config ci = identity_of(of_cloud("home"), {.clouds = good_clouds});
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"default", {scope_kind::project_name, "demo", {{}, "Home"}}}));
}

TEST(Clouds, SecureFileIsLaidOverTheOther) {
    few_clouds both{.clouds = good_clouds,
                    .secure = "clouds: {home: {auth: {password: better}, verify: no}}\n"};
    identity_config ci = identity_of(of_cloud("home"), both);
    EXPECT_EQ(secret_of(ci).name, "better");
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_FALSE(ci.verify);
}

TEST(Clouds, WhatTheIdentitySaysWinsKeyByKey) {
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

TEST(Clouds, WhatTheIdentitySaysTakesThePlaceOfOtherFormsToo) {
    identity_config ci =
        identity_of(of_cloud("home", "    auth: {user_id: u1, domain_id: d1}\n"), {.clouds = good_clouds});
    EXPECT_EQ(ci.auth.user_id, "u1");
    EXPECT_EQ(ci.auth.username, "");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{"default", {scope_kind::domain_id, "d1", {}}}));
}

TEST(Clouds, SecretsOfAnotherWayToLogInStayWhereTheyAre) {
    few_clouds clouds{.clouds = good_clouds + "    auth_type: v3applicationcredential\n"};
    std::string cloud = clouds.clouds;
    clouds.clouds.insert(cloud.find("      password"), "      application_credential_id: a\n"
                                                       "      application_credential_secret: s\n");
    EXPECT_EQ(secret_of(identity_of(of_cloud("home", "    auth_type: password\n"), clouds)).name, "hunter2");
}

TEST(Clouds, FilesAreReadOnceAndOnlyWhenAnIdentityWantsThem) {
    few_clouds_finder clouds({.clouds = good_clouds});
    EXPECT_TRUE(parse_config(good, "f", few_names{}, &clouds).ok());
    EXPECT_EQ(clouds.asked, 0);
    EXPECT_TRUE(
        parse_config("identities: {a: {cloud: home}, b: {cloud: home}}", "f", few_names{}, &clouds).ok());
    EXPECT_EQ(clouds.asked, 1);
}

TEST(Clouds, OptionsThatConcernOthersArePassedOver) {
    few_clouds clouds{.clouds = good_clouds + "    compute_api_version: '2.1'\n"
                                              "    networks: [{name: a, routes_externally: true}]\n"
                                              "    floating_ip_source: neutron\n"};
    EXPECT_THAT(faults_of(of_cloud("home"), clouds), IsEmpty());
}

TEST(Clouds, FaultsOfOtherCloudsAreNoneOfOurs) {
    few_clouds clouds{.clouds = good_clouds + "  other: {auth: [], verify: perhaps}\n  third:\n"};
    EXPECT_THAT(faults_of(of_cloud("home"), clouds), IsEmpty());
}

TEST(Clouds, AnchorsAndMergeKeysAreUnderstood) {
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

TEST(Clouds, PathsMayBeginWithATilde) {
    EXPECT_EQ(identity_of(of_cloud("home"), {.clouds = good_clouds + "    cacert: ~/ca.pem\n"}).cacert,
              "/home/me/ca.pem");
}

TEST(Clouds, InsecureIsWhatVerifyIsNot) {
    for (auto [line, verify] : {std::pair("insecure: true", false),
                                {"insecure: yes", false},
                                {"insecure: 'True'", false},
                                {"insecure: false", true},
                                {"insecure: '1'", true},
                                {"verify: false", false}}) {
        few_clouds clouds{.clouds = good_clouds + "    " + line + "\n"};
        EXPECT_EQ(identity_of(of_cloud("home"), clouds).verify, verify) << line;
    }
}

TEST(Clouds, InterfaceIsTheFirstOfAListAndLosesItsSuffixOfOld) {
    for (auto line : {"interface: internal", "interface: [internal, public]", "endpoint_type: internalURL"}) {
        few_clouds clouds{.clouds = good_clouds + "    " + line + "\n"};
        EXPECT_EQ(identity_of(of_cloud("home"), clouds).endpoint_interface, "internal") << line;
    }
}

TEST(Clouds, NamesOfOldAndHyphensAreUnderstood) {
    identity_config ci = identity_of(of_cloud("home"),
                                     of_lines("    auth-plugin: v3password\n"
                                              "    auth: {auth_url: 'https://iam.example.com/v3', user-name: "
                                              "bot, password: pw, tenant-name: old, user-domain-id: d}\n"));
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_name, "old", {"d", {}}}));
}

TEST(Clouds, OptionsOfTheLoginMayStandBesideAuth) {
    identity_config ci = identity_of(of_cloud("home"), of_lines("    username: loses\n"
                                                                "    user_domain_name: Home\n"
                                                                "    project_id: p1\n" +
                                                                auth + "project_id: ''}\n"));
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.auth.user_domain.name, "Home");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_id, "p1", {}}));
}

TEST(Clouds, DomainOfALoginForAProjectIsThatOfUserAndProject) {
    identity_config ci =
        identity_of(of_cloud("home"), of_lines(auth + "project_name: demo, domain_name: Home}\n"));
    EXPECT_EQ(ci.auth.user_domain.name, "Home");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_name, "demo", {{}, "Home"}}));
}

TEST(Clouds, DomainOfALoginWithoutAProjectIsItsScope) {
    identity_config ci =
        identity_of(of_cloud("home"), of_lines(auth + "user_domain_name: Home, domain_name: Home}\n"));
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::domain_name, "Home", {}}));
}

TEST(Clouds, DefaultDomainIsThatOfUserAndProjectWithoutOne) {
    identity_config ci = identity_of(
        of_cloud("home"),
        of_lines(auth + "user_domain_name: Home, project_name: demo, default_domain_id: default}\n"));
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{{}, "Home"}));
    EXPECT_EQ(ci.auth.project_domain, (domain_ref{"default", {}}));
}

TEST(CloudProfiles, TheOneOfOpenTelekomCloudIsKnown) {
    few_clouds clouds =
        of_lines("    profile: otc\n    auth: {username: bot, user_domain_name: OTC1, password: "
                 "pw, project_name: eu-de}\n");
    identity_config ci = identity_of(of_cloud("home"), clouds);
    EXPECT_EQ(ci.auth.auth_url, "https://iam.eu-de.otc.t-systems.com/v3");
    EXPECT_EQ(ci.region_name, "eu-de");
    EXPECT_EQ(ci.endpoint_interface, "public");
    EXPECT_EQ(identity_of(of_cloud("home", "    region_name: eu-nl\n"), clouds).auth.auth_url,
              "https://iam.eu-nl.otc.t-systems.com/v3");
}

TEST(CloudProfiles, VendorFileWinsOverWhatIsBuiltIn) {
    few_clouds clouds =
        of_lines("    profile: otc\n    auth: {username: bot, user_domain_name: H, password: p}\n");
    clouds.vendor = "public-clouds:\n  otc:\n    region_name: here\n"
                    "    auth: {auth_url: 'https://{region_name}.example.com/v3', username: not-me}\n";
    identity_config ci = identity_of(of_cloud("home"), clouds);
    EXPECT_EQ(ci.auth.auth_url, "https://here.example.com/v3");
    EXPECT_EQ(ci.auth.username, "bot");
}

TEST(CloudProfiles, MayStandInTheFileOfTheClouds) {
    few_clouds clouds =
        of_lines("    profile: ours\n    auth: {username: bot, user_domain_name: H, password: p}\n"
                 "public-clouds: {ours: {auth: {auth_url: 'https://a.example.com/v3'}}}\n");
    EXPECT_EQ(identity_of(of_cloud("home"), clouds).auth.auth_url, "https://a.example.com/v3");
}

TEST(CloudRegions, TheFirstIsTakenUnlessOneIsAskedFor) {
    few_clouds clouds = of_lines("    regions:\n      - one\n"
                                 "      - {name: two, values: {auth: {project_id: p2}, verify: false}}\n" +
                                 auth + "user_domain_name: H, project_id: p1}\n");
    identity_config first = identity_of(of_cloud("home"), clouds);
    EXPECT_EQ(first.region_name, "one");
    EXPECT_EQ(first.scopes.at(0).target.value, "p1");
    identity_config second = identity_of(of_cloud("home", "    region_name: two\n"), clouds);
    EXPECT_EQ(second.region_name, "two");
    EXPECT_EQ(second.scopes.at(0).target.value, "p2");
    EXPECT_FALSE(second.verify);
    EXPECT_THAT(faults_of(of_cloud("home", "    region_name: three\n"), clouds),
                ElementsAre("f:4: error: unknown region of the cloud `three`: known here are `one`, `two`"));
}

TEST(CloudRegions, MayBeAListWithCommas) {
    few_clouds clouds = of_lines("    region_name: one, two\n" + auth + "user_domain_name: H}\n");
    EXPECT_EQ(identity_of(of_cloud("home"), clouds).region_name, "one");
    EXPECT_EQ(identity_of(of_cloud("home", "    region_name: two\n"), clouds).region_name, "two");
}

} // namespace
} // namespace tokenward
