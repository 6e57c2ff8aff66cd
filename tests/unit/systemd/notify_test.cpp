// What is told to the service manager, word by word, as sd_notify(3) has it.
#include "systemd/notify.hpp"

#include "systemd/memory_file.hpp"
#include "tests/unit/systemd/fake_manager.hpp"

#include <gmock/gmock.h>

#include <poll.h>

namespace tokenward::systemd {
namespace {

using namespace std::chrono_literals;
using testing::fake_manager;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Notify, TellsThatTheServiceServesAndHowItIs) {
    fake_manager manager;
    notify_ready("7 scopes");
    EXPECT_EQ(manager.receive().text, "READY=1\nSTATUS=7 scopes");
    notify_status("8 scopes");
    EXPECT_EQ(manager.receive().text, "STATUS=8 scopes");
    notify_stopping();
    EXPECT_THAT(manager.receive().text, StartsWith("STOPPING=1"));
}

// Of a manager that hangs, or one that listens until READY=1 and no longer, the queue fills: tokens are
// served all the same.
TEST(Notify, AManagerThatDoesNotReadIsNotWaitedFor) {
    fake_manager manager;
    int heard = 0;
    while (notify_status("one more") && heard < 10'000) ++heard;
    EXPECT_GT(heard, 0);
    EXPECT_LT(heard, 10'000);
    auto refused = forget("state-1");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("it does not read its socket"));
    EXPECT_FALSE(notify_ready("serves"));
    manager.receive();
    EXPECT_TRUE(notify_ready("serves"));
}

TEST(Notify, TheManagerMayBeAnAbstractSocket) {
    fake_manager manager(fake_manager::place::abstract);
    EXPECT_TRUE(notify_ready("serves"));
    EXPECT_EQ(manager.receive().text, "READY=1\nSTATUS=serves");
}

TEST(Notify, AnAddressOfNoSocketIsSaidToBeNone) {
    fake_manager manager;
    ::setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
    auto refused = forget("state-1");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("NOTIFY_SOCKET"));
}

TEST(Notify, AReloadSaysWhenItBegan) {
    fake_manager manager;
    notify_reloading();
    const std::string text = manager.receive().text;
    EXPECT_THAT(text, StartsWith("RELOADING=1\n"));
    EXPECT_THAT(text, HasSubstr("\nMONOTONIC_USEC="));
}

TEST(Notify, WhatIsStoredIsTheVeryFile) {
    fake_manager manager;
    ASSERT_TRUE(has_store());
    auto made = sealed_memory::make("what is kept");
    ASSERT_TRUE(made);
    ASSERT_TRUE(store("state-1", made->fd()));
    auto message = manager.receive();
    EXPECT_EQ(message.text, "FDSTORE=1\nFDNAME=state-1");
    EXPECT_EQ(std::string_view(*read_sealed(message.fd.get())), "what is kept");
    ASSERT_TRUE(forget("state-1"));
    EXPECT_EQ(manager.receive().text, "FDSTOREREMOVE=1\nFDNAME=state-1");
}

TEST(Notify, ABarrierHangsUpOnceTheManagerHasTakenItIn) {
    fake_manager manager;
    auto ours = barrier();
    ASSERT_TRUE(ours);
    pollfd asked{.fd = ours->get(), .events = 0, .revents = 0};
    EXPECT_EQ(::poll(&asked, 1, 0), 0);
    EXPECT_EQ(manager.receive().text, "BARRIER=1"); // and with the message goes its descriptor
    EXPECT_EQ(::poll(&asked, 1, 0), 1);
    EXPECT_NE(asked.revents & POLLHUP, 0);
}

TEST(Notify, WithoutAManagerNothingIsKeptAndThatIsSaid) {
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(is_managed());
    EXPECT_FALSE(has_store());
    notify_ready("nobody listens");
    EXPECT_FALSE(store("state-1", 0));
    auto refused = barrier();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("there is none"));
}

TEST(Notify, AUnitWithoutRoomForDescriptorsHasNoStore) {
    fake_manager manager;
    ::setenv("FDSTORE", "0", 1);
    EXPECT_FALSE(has_store());
    ::setenv("FDSTORE", "16", 1);
    EXPECT_TRUE(has_store());
    ::unsetenv("FDSTORE");
}

} // namespace
} // namespace tokenward::systemd
