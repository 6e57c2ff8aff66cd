// A token's scope beside a scope that is meant: every kind, every field that an IAM may leave out.
#include "daemon/core/scope_match.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using enum scope_agreement;

token for_project(named_ref project, std::optional<named_ref> domain) {
    token made;
    made.project = std::move(project);
    made.project_domain = std::move(domain);
    return made;
}

token for_domain(named_ref domain) {
    token made;
    made.domain = std::move(domain);
    return made;
}

const token alpha = for_project({"id-a", "alpha"}, named_ref{"id-d", "acme"});

scope by_name(const std::string& name, domain_ref domain = {}) {
    return {scope_kind::project_name, name, std::move(domain)};
}

TEST(ScopeMatch, IdsAreComparedExactly) {
    EXPECT_EQ(compare_scope(alpha, {scope_kind::project_id, "id-a"}), matches);
    EXPECT_EQ(compare_scope(alpha, {scope_kind::project_id, "ID-A"}), contradicts);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), {scope_kind::domain_id, "id-d"}), matches);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), {scope_kind::domain_id, "ID-D"}), contradicts);
}

TEST(ScopeMatch, NamesAreComparedWithoutRegardToCase) {
    EXPECT_EQ(compare_scope(alpha, by_name("Alpha")), matches);
    EXPECT_EQ(compare_scope(alpha, by_name("alpha-2")), contradicts);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), {scope_kind::domain_name, "ACME"}), matches);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), {scope_kind::domain_name, "acm"}), contradicts);
}

TEST(ScopeMatch, AProjectOfTheSameNameInAnotherDomainIsAnother) {
    EXPECT_EQ(compare_scope(alpha, by_name("alpha", {"", "Acme"})), matches);
    EXPECT_EQ(compare_scope(alpha, by_name("alpha", {"", "other"})), contradicts);
    EXPECT_EQ(compare_scope(alpha, by_name("alpha", {"id-d", ""})), matches);
    EXPECT_EQ(compare_scope(alpha, by_name("alpha", {"id-e", ""})), contradicts);
}

TEST(ScopeMatch, AFieldThatIsLeftOutDecidesNothing) {
    EXPECT_EQ(compare_scope(token{}, by_name("alpha")), unsaid);
    EXPECT_EQ(compare_scope(token{}, {scope_kind::project_id, "id-a"}), unsaid);
    EXPECT_EQ(compare_scope(token{}, {scope_kind::domain_id, "id-d"}), unsaid);
    const token only_id = for_project({"id-a", ""}, std::nullopt);
    EXPECT_EQ(compare_scope(only_id, by_name("alpha")), unsaid);
    const token only_name = for_project({"", "alpha"}, std::nullopt);
    EXPECT_EQ(compare_scope(only_name, {scope_kind::project_id, "id-a"}), unsaid);
    EXPECT_EQ(compare_scope(only_name, by_name("alpha", {"id-d", ""})), unsaid);
    const token domain_by_name = for_project({"", "alpha"}, named_ref{"", "acme"});
    EXPECT_EQ(compare_scope(domain_by_name, by_name("alpha", {"id-d", ""})), unsaid);
}

TEST(ScopeMatch, WhatIsSaidCountsEvenIfTheRestIsLeftOut) {
    const token other = for_project({"", "beta"}, std::nullopt);
    EXPECT_EQ(compare_scope(other, by_name("alpha", {"id-d", ""})), contradicts);
    const token elsewhere = for_project({"id-a", ""}, named_ref{"id-e", ""});
    EXPECT_EQ(compare_scope(elsewhere, by_name("alpha", {"id-d", ""})), contradicts);
}

TEST(ScopeMatch, AProjectsTokenIsForNoDomainAndTheOtherWayRound) {
    EXPECT_EQ(compare_scope(alpha, {scope_kind::domain_id, "id-d"}), contradicts);
    EXPECT_EQ(compare_scope(alpha, {scope_kind::domain_name, "acme"}), contradicts);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), by_name("acme")), contradicts);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), {scope_kind::project_id, "id-d"}), contradicts);
}

TEST(ScopeMatch, UnscopedNamesNeither) {
    EXPECT_EQ(compare_scope(token{}, scope{}), matches);
    EXPECT_EQ(compare_scope(alpha, scope{}), contradicts);
    EXPECT_EQ(compare_scope(for_domain({"id-d", "acme"}), scope{}), contradicts);
}

TEST(TokenUser, IsComparedByIdOrByNameAndDomain) {
    token subject;
    subject.user = {"id-u", "ci-bot"};
    subject.user_domain = {"id-d", "acme"};
    EXPECT_EQ(compare_user(subject, "id-u", "", {}), matches);
    EXPECT_EQ(compare_user(subject, "ID-U", "", {}), contradicts);
    EXPECT_EQ(compare_user(subject, "", "CI-Bot", {}), matches);
    EXPECT_EQ(compare_user(subject, "", "CI-Bot", {"", "Acme"}), matches);
    EXPECT_EQ(compare_user(subject, "", "ci-bot", {"id-d", ""}), matches);
    EXPECT_EQ(compare_user(subject, "", "ci-bot", {"", "other"}), contradicts);
    EXPECT_EQ(compare_user(subject, "", "ci-bot-2", {"", "acme"}), contradicts);
    EXPECT_EQ(compare_user(subject, "", "", {}), matches) << "nobody in particular";
    EXPECT_EQ(compare_user(token{}, "id-u", "", {}), unsaid);
    EXPECT_EQ(compare_user(token{}, "", "ci-bot", {"", "acme"}), unsaid);
}

TEST(ScopeMatch, ACredentialOfAnotherKindSaysNothingOfItsScope) {
    EXPECT_EQ(compare_scope(credential{}, scope{}), unsaid);
    EXPECT_EQ(compare_scope(credential{}, by_name("alpha")), unsaid);
}

} // namespace
} // namespace tokenward
