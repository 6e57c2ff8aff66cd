// How a cloud is merged with its profile and region, and how `verify`, `interface` and paths are read.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

identity_config with_lines(const std::string& lines) {
    return identity_of(of_cloud("home"), {.clouds = good_clouds + lines});
}

TEST(CloudMerge, PathsMayBeginWithATilde) {
    EXPECT_EQ(identity_of(of_cloud("home"), {.clouds = good_clouds + "    cacert: ~/ca.pem\n"}).cacert,
              "/home/me/ca.pem");
}

TEST(CloudMerge, InsecureIsTheOppositeOfVerify) {
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

TEST(CloudMerge, InterfaceIsTheFirstOfAListWithoutItsOldSuffix) {
    for (auto line : {"interface: internal", "interface: [internal, public]", "endpoint_type: internalURL"}) {
        few_clouds clouds{.clouds = good_clouds + "    " + line + "\n"};
        EXPECT_EQ(identity_of(of_cloud("home"), clouds).endpoint_interface, "internal") << line;
    }
}

TEST(CloudProfiles, TheProfileOfOpenTelekomCloudIsKnown) {
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

TEST(CloudProfiles, AProfileMayStandInTheFileOfTheClouds) {
    few_clouds clouds =
        of_lines("    profile: ours\n    auth: {username: bot, user_domain_name: H, password: p}\n"
                 "public-clouds: {ours: {auth: {auth_url: 'https://a.example.com/v3'}}}\n");
    EXPECT_EQ(identity_of(of_cloud("home"), clouds).auth.auth_url, "https://a.example.com/v3");
}

TEST(CloudRegions, TheFirstIsTakenUnlessOneIsAskedFor) {
    few_clouds clouds = of_lines("    regions:\n      - one\n"
                                 "      - {name: two, values: {auth: {project_id: p2}, verify: false}}\n" +
                                 auth_of_home + "user_domain_name: H, project_id: p1}\n");
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

TEST(CloudRegions, RegionsMayBeAListWithCommas) {
    few_clouds clouds = of_lines("    region_name: one, two\n" + auth_of_home + "user_domain_name: H}\n");
    EXPECT_EQ(identity_of(of_cloud("home"), clouds).region_name, "one");
    EXPECT_EQ(identity_of(of_cloud("home", "    region_name: two\n"), clouds).region_name, "two");
}

// --- JSON

TEST(CloudMerge, VerifyMayBeATextOrTheFileOfTheAuthorities) {
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

TEST(CloudMerge, VerifyOfTheVariables) {
    few_clouds variables{.variables = {{"OS_AUTH_URL", "https://iam.example.com/v3"},
                                       {"OS_USERNAME", "bot"},
                                       {"OS_USER_DOMAIN_NAME", "Home"},
                                       {"OS_PASSWORD", ""},
                                       {"OS_VERIFY", "0"}}};
    const identity_config ci = identity_of(of_cloud("envvars"), variables);
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_FALSE(ci.verify);
}

TEST(CloudMerge, AUsersHomeIsThatOfTheUserDatabase) {
    EXPECT_EQ(with_lines("    cacert: ~/own.pem\n").cacert, "/home/me/own.pem");
    EXPECT_EQ(with_lines("    cacert: ~root/own.pem\n").cacert, "/root/own.pem");
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "    cacert: ~nobody-here/own.pem\n"}),
                ElementsAre(HasSubstr("clouds.yaml:10: error: `cacert` must be an absolute path")));
}

} // namespace
} // namespace tokenward
