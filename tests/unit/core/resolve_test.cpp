// Texts that name scopes: one key for a named scope and the same one spelled out.
#include "daemon/core/resolve.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

namespace {

identity_config identity() {
    identity_config i;
    i.name = "ci";
    i.auth.user_domain = {"", "domain A"};
    i.scopes = {{"eu-de", {scope_kind::project_name, "eu-de_one", {"", "domain A"}}},
                {"abroad", {scope_kind::project_name, "eu-de_two", {"", "domain B"}}},
                {"global", {scope_kind::domain_name, "domain A", {}}}};
    return i;
}

} // namespace

TEST(Resolve, ANamedScopeAndTheSameSpelledOutAreOneKeyShownByItsName) {
    EXPECT_EQ(resolve_scope(identity(), "eu-de")->name, "eu-de");
    EXPECT_EQ(resolve_scope(identity(), "project:eu-de_one")->name, "eu-de");
    EXPECT_EQ(resolve_scope(identity(), "domain:domain A")->name, "global");
    EXPECT_TRUE(resolve_scope(identity(), "domain:domain A")->configured);
}

TEST(Resolve, TheSameProjectNameInAnotherDomainIsAnotherKey) {
    auto other = resolve_scope(identity(), "project:eu-de_two");
    EXPECT_EQ(other->name, "project:eu-de_two");
    EXPECT_EQ(other->target.domain.name, "domain A");
    EXPECT_FALSE(other->configured);
}

TEST(Resolve, ByIdAndByNameAreTwoKeys) {
    EXPECT_NE(resolve_scope(identity(), "project_id:eu-de_one")->target,
              resolve_scope(identity(), "eu-de")->target);
}

TEST(Resolve, AProjectsOwnDomainComesBeforeTheUsers) {
    identity_config i = identity();
    i.auth.project_domain = {"d2", ""};
    EXPECT_EQ(resolve_scope(i, "project:x")->target.domain.id, "d2");
}

TEST(Resolve, AScopeThatIsNotConfiguredIsUnknownWithoutOnDemand) {
    identity_config i = identity();
    i.on_demand = false;
    EXPECT_EQ(resolve_scope(i, "project:x").error().code, errc::unknown_scope);
    EXPECT_EQ(resolve_scope(i, "unscoped").error().code, errc::unknown_scope);
    EXPECT_TRUE(resolve_scope(i, "project:eu-de_one").has_value());
}

TEST(Resolve, AnUnknownNameIsUnknownAndAMalformedTextIsABadRequest) {
    EXPECT_EQ(resolve_scope(identity(), "eu-nl").error().code, errc::unknown_scope);
    for (const char* text :
         {"", "project:", "project_id:", "planet:earth", "a b", "project:\xff", "project:a\nb"})
        EXPECT_EQ(resolve_scope(identity(), text).error().code, errc::bad_request) << text;
}

TEST(Resolve, UnscopedIsAScope) {
    EXPECT_EQ(resolve_scope(identity(), "unscoped")->target.kind, scope_kind::unscoped);
}
