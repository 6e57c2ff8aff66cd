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

// --- JSON

const std::string json_auth = R"("auth_url": "https://iam.example.com/v3", "username": "bot",
 "user_domain_name": "Home", "password": "pw")";

few_clouds of_json(const std::string& cloud) {
    return {.clouds = R"({"clouds": {"home": )" + cloud + "}}", .suffix = ".json"};
}

TEST(CloudsJson, AnEscapedPairOfSurrogatesIsOneCharacter) {
    few_clouds clouds =
        of_json(R"({"auth": {"auth_url": "https://iam.example.com\/v3", "username": "b\u00f6t",
        "user_domain_name": "Home", "project_name": "\ud83d\ude00", "password": "p\ud83d\udd11w"}})");
    identity_config ci = identity_of(of_cloud("home"), clouds);
    EXPECT_EQ(secret_of(ci).name, "p\xf0\x9f\x94\x91w");
    EXPECT_EQ(ci.auth.username, "b\xc3\xb6t");
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{
                               "default", {scope_kind::project_name, "\xf0\x9f\x98\x80", {{}, "Home"}}}));
}

TEST(CloudsJson, InYamlAHalfOfACharacterIsRefusedWithAdvice) {
    few_clouds clouds = of_json(R"({"auth": {"password": "p\ud83d\udd11w"}})");
    clouds.suffix = ".yaml";
    EXPECT_THAT(faults_of(of_cloud("home"), clouds),
                testing::Contains(HasSubstr("write the character itself, or name the file .json")));
}

TEST(CloudsJson, ValuesOfAllTypesAreThoseOfYaml) {
    const std::string cloud =
        "{\"verify\": false, \"region_name\": null, \"interface\": [\"internal\", \"public\"], \"auth\": {" +
        json_auth + ", \"project_id\": 12345678901234567890123}}";
    identity_config ci = identity_of(of_cloud("home"), of_json(cloud));
    EXPECT_FALSE(ci.verify);
    EXPECT_EQ(ci.endpoint_interface, "internal");
    EXPECT_EQ(ci.region_name, "");
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"default", {scope_kind::project_id, "12345678901234567890123", {}}}));
}

TEST(CloudsJson, TheLastOfTwoEqualKeysCountsAsInPython) {
    const std::string twice = "{\"auth\": {" + json_auth + ", \"username\": \"other\"}}";
    EXPECT_EQ(identity_of(of_cloud("home"), of_json(twice)).auth.username, "other");
}

TEST(CloudsJson, FaultsHaveTheirLines) {
    const few_clouds wrong{.clouds =
                               "{\"clouds\": {\n\"home\": {\n\"auth\": {\n\"auth_url\": \"ftp://x\"}}}}",
                           .suffix = ".json"};
    EXPECT_THAT(faults_of(of_cloud("home"), wrong),
                testing::Contains("clouds.json:4: error: `auth_url` must begin with https:// (or http://)"));
}

TEST(CloudsJson, WhatIsNoneIsRefusedWithItsLineAndWithoutItsContent) {
    auto fault = [](const std::string& text) {
        auto all = faults_of(of_cloud("home"), {.clouds = text, .suffix = ".json"});
        return all.empty() ? std::string() : all.front();
    };
    EXPECT_THAT(fault("{\n\"clouds\": {hunter2}}"), HasSubstr("clouds.json:2: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": {}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": {}}\n{}"), HasSubstr("clouds.json:2: error: not JSON: "));
    EXPECT_THAT(fault("clouds: {}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": \"\\ud83d\"}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": \"\xff\"}"), HasSubstr("clouds.json: error: not UTF-8"));
    EXPECT_THAT(fault(std::string(40, '[') + std::string(40, ']')), HasSubstr("nested too deeply"));
    EXPECT_THAT(fault("[1]"), HasSubstr("must be a map"));
    EXPECT_EQ(fault("{\n\"clouds\": {hunter2}}").find("hunter2"), std::string::npos);
}

TEST(CloudsJson, AnEmptyFileAndAByteOrderMarkAreAsInYaml) {
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = " \n", .suffix = ".json"}),
                ElementsAre(HasSubstr("no cloud `home`")));
    few_clouds marked = of_json("{\"auth\": {" + json_auth + "}}");
    marked.clouds.insert(0, "\xef\xbb\xbf");
    EXPECT_EQ(identity_of(of_cloud("home"), marked).auth.username, "bot");
}

// --- what templates and variables write

identity_config with_lines(const std::string& lines) {
    return identity_of(of_cloud("home"), {.clouds = good_clouds + lines});
}

TEST(Clouds, VerifyMayBeATextOrTheFileOfTheAuthorities) {
    for (const char* no : {"'False'", "'false'", "False", "no", "'0'", "0", "off"})
        EXPECT_FALSE(with_lines(std::string("    verify: ") + no + "\n").verify) << no;
    for (const char* yes : {"'True'", "true", "1", "'yes'"}) {
        const identity_config ci = with_lines(std::string("    verify: ") + yes + "\n");
        EXPECT_TRUE(ci.verify && ci.cacert.empty() && !ci.name.empty()) << yes;
    }
    identity_config ci = with_lines("    verify: /etc/ssl/own.pem\n");
    EXPECT_TRUE(ci.verify);
    EXPECT_EQ(ci.cacert, "/etc/ssl/own.pem");
    ci = with_lines("    verify: ~/own.pem\n    cacert: /other.pem\n");
    EXPECT_TRUE(ci.verify);
    EXPECT_EQ(ci.cacert, "/other.pem");
}

TEST(Clouds, VerifyOfTheVariables) {
    few_clouds variables{.variables = {{"OS_AUTH_URL", "https://iam.example.com/v3"},
                                       {"OS_USERNAME", "bot"},
                                       {"OS_USER_DOMAIN_NAME", "Home"},
                                       {"OS_PASSWORD", ""},
                                       {"OS_VERIFY", "0"}}};
    const identity_config ci = identity_of(of_cloud("envvars"), variables);
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_FALSE(ci.verify);
}

TEST(Clouds, AUsersHomeIsThatOfTheUserDatabase) {
    EXPECT_EQ(with_lines("    cacert: ~/own.pem\n").cacert, "/home/me/own.pem");
    EXPECT_EQ(with_lines("    cacert: ~root/own.pem\n").cacert, "/root/own.pem");
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "    cacert: ~nobody-here/own.pem\n"}),
                ElementsAre(HasSubstr("clouds.yaml:10: error: `cacert` must be an absolute path")));
}

TEST(Clouds, AnIdCountsBeforeAName) {
    few_clouds both{.clouds = good_clouds + "      user_id: u1\n      project_id: p1\n"};
    const identity_config ci = identity_of(of_cloud("home"), both);
    EXPECT_EQ(ci.auth.user_id, "u1");
    EXPECT_EQ(ci.auth.username, "");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{"default", {scope_kind::project_id, "p1", {}}}));
    EXPECT_THAT(faults_of(of_cloud("home"), both),
                ElementsAre(HasSubstr("clouds.yaml:9: warning: `project_id` and `project_name`"),
                            HasSubstr("clouds.yaml:10: warning: `username` and `user_id`")));
}

TEST(Clouds, TheCloudOfTheVariablesHasTheNameThatIsSaid) {
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

TEST(Clouds, ScopesOfALaterVersionAreToldApartFromMisspeltOnes) {
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "      system_scope: all\n"}),
                ElementsAre("clouds.yaml:10: error: `system_scope` is not supported by this version yet"));
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "      trust_id: abc\n"}),
                ElementsAre("clouds.yaml:10: error: `trust_id` is not supported by this version yet"));
}

} // namespace
} // namespace tokenward
