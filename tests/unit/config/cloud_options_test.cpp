// Old names of options, options beside `auth`, and default domains.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CloudOptions, OldNamesAndHyphensAreUnderstood) {
    identity_config ci = identity_of(of_cloud("home"),
                                     of_lines("    auth-plugin: v3password\n"
                                              "    auth: {auth_url: 'https://iam.example.com/v3', user-name: "
                                              "bot, password: pw, tenant-name: old, user-domain-id: d}\n"));
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_name, "old", {"d", {}}}));
}

TEST(CloudOptions, OptionsOfTheLoginMayStandBesideAuth) {
    identity_config ci = identity_of(of_cloud("home"), of_lines("    username: loses\n"
                                                                "    user_domain_name: Home\n"
                                                                "    project_id: p1\n" +
                                                                auth_of_home + "project_id: ''}\n"));
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.auth.user_domain.name, "Home");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_id, "p1", {}}));
}

TEST(CloudOptions, DomainOfALoginForAProjectIsThatOfUserAndProject) {
    identity_config ci =
        identity_of(of_cloud("home"), of_lines(auth_of_home + "project_name: demo, domain_name: Home}\n"));
    EXPECT_EQ(ci.auth.user_domain.name, "Home");
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::project_name, "demo", {{}, "Home"}}));
}

TEST(CloudOptions, DomainOfALoginWithoutAProjectIsItsScope) {
    identity_config ci = identity_of(of_cloud("home"),
                                     of_lines(auth_of_home + "user_domain_name: Home, domain_name: Home}\n"));
    EXPECT_EQ(ci.scopes.at(0).target, (scope{scope_kind::domain_name, "Home", {}}));
}

TEST(CloudOptions, DefaultDomainIsThatOfUserAndProjectWithoutOne) {
    identity_config ci = identity_of(
        of_cloud("home"),
        of_lines(auth_of_home + "user_domain_name: Home, project_name: demo, default_domain_id: default}\n"));
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{{}, "Home"}));
    EXPECT_EQ(ci.auth.project_domain, (domain_ref{"default", {}}));
}

TEST(CloudOptions, AnIdCountsBeforeAName) {
    few_clouds both{.clouds = good_clouds + "      user_id: u1\n      project_id: p1\n"};
    const identity_config ci = identity_of(of_cloud("home"), both);
    EXPECT_EQ(ci.auth.user_id, "u1");
    EXPECT_EQ(ci.auth.username, "");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{"default", {scope_kind::project_id, "p1", {}}}));
    EXPECT_THAT(faults_of(of_cloud("home"), both),
                ElementsAre(HasSubstr("clouds.yaml:9: warning: `project_id` and `project_name`"),
                            HasSubstr("clouds.yaml:10: warning: `username` and `user_id`")));
}

TEST(CloudOptions, UnsupportedScopesAreToldApartFromMisspeltOnes) {
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "      system_scope: all\n"}),
                ElementsAre("clouds.yaml:10: error: `system_scope` is not supported by this version yet"));
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = good_clouds + "      trust_id: abc\n"}),
                ElementsAre("clouds.yaml:10: error: `trust_id` is not supported by this version yet"));
}

} // namespace
} // namespace tokenward
