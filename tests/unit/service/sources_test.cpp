// Sources by identity: refused credentials that change, and passwords that expire.
#include "daemon/service/sources.hpp"

#include "daemon/base/log.hpp"
#include "tests/shell/fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Sources : public ::testing::Test {
  protected:
    Sources() {
        log::set_level(log::level::warning);
        for (const char* name : {"ci", "other"}) all.open({.name = name});
    }
    /// Whether the log is told, if the password expires in so many days.
    bool warns(std::chrono::days left, const char* identity = "ci") {
        token fresh;
        fresh.user.name = "ci-bot";
        fresh.password_expires_at = time.now().wall + left;
        ::testing::internal::CaptureStderr();
        all.warn_of_password_end(identity, fresh, time.now().wall);
        return ::testing::internal::GetCapturedStderr().find("password_expires") != std::string::npos;
    }

    using names = std::vector<std::string>;
    boost::asio::io_context io{1};
    fake_clock time;
    std::map<std::string, std::shared_ptr<fake_source>> made;
    sources all{[this](const identity_config& i) {
        return made[i.name] = std::make_shared<fake_source>(io.get_executor(), time);
    }};
};

} // namespace

TEST_F(Sources, EachIdentityKeepsItsSourceUntilItIsForgotten) {
    const auto before = all.find("ci");
    EXPECT_EQ(before, made["ci"]);
    all.open({.name = "ci"});
    EXPECT_EQ(all.find("ci"), before);
    all.forget("ci");
    EXPECT_EQ(all.find("ci"), nullptr);
    all.open({.name = "ci"});
    EXPECT_NE(all.find("ci"), before);
    EXPECT_EQ(all.identities(), (names{"ci", "other"}));
}

TEST_F(Sources, ARefusedCredentialIsLookedAtOnceASecondUntilItChanges) {
    const instant start = time.now().boot;
    EXPECT_EQ(all.next_secret_check(), never);
    made["other"]->changed = true; // but nobody has refused it
    all.secret_refused("ci");
    EXPECT_EQ(all.changed_secrets(start), names{});
    EXPECT_EQ(all.next_secret_check(), start + 1s);
    made["ci"]->changed = true;
    EXPECT_EQ(all.changed_secrets(start + 999ms), names{}) << "not yet looked at again";
    EXPECT_EQ(all.changed_secrets(start + 1s), names{"ci"});
    EXPECT_EQ(all.next_secret_check(), never);
    EXPECT_EQ(all.changed_secrets(start + 2s), names{}) << "told once";
}

TEST_F(Sources, AnAcceptedCredentialIsLookedAtNoMore) {
    all.secret_refused("ci");
    all.secret_accepted("ci");
    EXPECT_EQ(all.next_secret_check(), never);
}

TEST_F(Sources, APasswordThatExpiresIsToldOfOnceAtEachStep) {
    EXPECT_FALSE(warns(std::chrono::days(15)));
    EXPECT_TRUE(warns(std::chrono::days(14)));
    EXPECT_FALSE(warns(std::chrono::days(13)));
    EXPECT_TRUE(warns(std::chrono::days(13), "other")) << "of each identity";
    EXPECT_TRUE(warns(std::chrono::days(3)));
    EXPECT_FALSE(warns(std::chrono::days(90))) << "it was changed";
    EXPECT_TRUE(warns(std::chrono::days(14)));
    EXPECT_FALSE(warns(std::chrono::days(1), "nobody"));
}
