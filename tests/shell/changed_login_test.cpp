// What was said to, or known of, a login that a reload has replaced.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class ChangedLogin : public Service {
  protected:
    void change_login() {
        config c = two_scopes();
        c.identities[0].auth.username = "somebody else";
        service.configure(std::move(c));
        run();
    }
    std::shared_ptr<token> expiring(const std::string& name) {
        auto t = std::make_shared<token>();
        t->value = secret("value of " + name);
        t->fingerprint = "sha256:" + name;
        t->lifetime = 3600s;
        t->password_expires_at = time.now().wall + 48h;
        return t;
    }
};

} // namespace

// The new login has been refused, and is not to be tried again with the same password.
TEST_F(ChangedLogin, APasscodeThatTheOneBeforeWasGivenTriesNothingAgain) {
    warm();
    source->hold_words = true;
    std::string said;
    service.give_passcode("ci", secret("123456"), [&](const result<void>& r) { said = r ? "yes" : "no"; });
    run();
    const auto before = source;
    change_login();
    ASSERT_NE(source, before);
    while (source->waiting() != 0) source->fail(errc::credential_rejected, retry_rule::rearm);
    run();
    before->end_word();
    run();
    EXPECT_EQ(said, "yes");
    step(0s);
    EXPECT_EQ(source->fetches, 2) << "those of the reload";
    source->changed = true;
    step(1s);
    EXPECT_EQ(source->fetches, 4) << "the password has changed";
}

TEST_F(ChangedLogin, ItsPasswordHasAWarningOfItsOwn) {
    log::set_level(log::level::warning);
    auto warned = [&](const std::string& name) {
        ::testing::internal::CaptureStderr();
        source->answer(expiring(name));
        run();
        return ::testing::internal::GetCapturedStderr().find("password_expires") != std::string::npos;
    };
    EXPECT_TRUE(warned("a"));
    EXPECT_FALSE(warned("g"));
    change_login();
    EXPECT_TRUE(warned("b"));
    log::set_level(log::level::error);
}
