// Programs under test: what they print, how they end, and that nothing of them is left.
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace tokenward::support {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> shell(std::string script) {
    return {"/bin/sh", "-c", std::move(script)};
}

TEST(Process, GivesStatusAndOutput) {
    const auto done = run(shell("echo to out; echo to err >&2; exit 3"));
    EXPECT_EQ(done.status, 3);
    EXPECT_EQ(done.out, "to out\n");
    EXPECT_EQ(done.err, "to err\n");
}

TEST(Process, EndedByASignalHasTheStatusOfAShell) {
    process child(shell("kill -TERM $$"));
    EXPECT_EQ(child.wait_exit(), 128 + SIGTERM);
    EXPECT_FALSE(child.running());
}

TEST(Process, GetsInputEnvironmentAndDirectory) {
    const temp_dir directory;
    const auto done = run(shell("cat; echo $COLOUR; pwd"),
                          {.env = {{"COLOUR", "green"}}, .input = "in\n", .directory = directory.path()});
    EXPECT_EQ(done.out, "in\ngreen\n" + std::filesystem::canonical(directory.path()).string() + "\n");
}

TEST(Process, SeesOnlyTheGivenEnvironmentWhenToldSo) {
    const auto done = run({"/usr/bin/env"}, {.env = {{"ONLY", "this"}}, .inherit_env = false});
    EXPECT_EQ(done.out, "ONLY=this\n");
}

TEST(Process, ThatCannotBeStartedSaysWhy) {
    try {
        process child({"/no/such/program"});
        FAIL() << "it was started";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
    }
}

TEST(Process, LinesAreWaitedForOneAfterTheOther) {
    process child(shell("echo line one; echo line two; exec cat"));
    EXPECT_EQ(child.wait_for_line("line"), "line one");
    EXPECT_EQ(child.wait_for_line("line"), "line two");
}

TEST(Process, ALineThatNeverComesIsAnErrorThatShowsTheOutput) {
    process child(shell("echo something else"));
    try {
        child.wait_for_line("ready");
        FAIL() << "it came";
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("something else"), std::string::npos);
    }
}

TEST(Process, ThatRunsOnIsAnErrorToTheOneWhoWaits) {
    process child(shell("echo started; exec tail -f /dev/null"));
    child.wait_for_line("started");
    EXPECT_THROW(child.wait_exit(milliseconds{1}), std::runtime_error);
    EXPECT_TRUE(child.running());
}

TEST(Process, NeverBlocksOnOutputThatNobodyReads) {
    const auto done = run(shell("head -c 1000000 /dev/zero"));
    EXPECT_EQ(done.out.size(), 1000000);
}

TEST(Process, GoesWithItsDescendantsWhenItsOwnerGoes) {
    pid_t child_pid = 0, grandchild_pid = 0;
    {
        process child(shell("tail -f /dev/null & echo grandchild $!; wait"));
        child_pid = child.pid();
        grandchild_pid = std::stoi(child.wait_for_line("grandchild").substr(11));
    }
    EXPECT_EQ(::kill(child_pid, 0), -1);
    // Reaping the grandchild is init's business, and happens when it happens.
    EXPECT_TRUE(eventually([&] {
        std::error_code gone;
        const auto stat = std::filesystem::path("/proc") / std::to_string(grandchild_pid) / "stat";
        return !std::filesystem::exists(stat, gone) || read_file(stat).find(") Z") != std::string::npos;
    }));
}

TEST(TempDir, IsPrivateAndGoesWithAllThatIsInIt) {
    std::filesystem::path path;
    {
        const temp_dir directory;
        path = directory.path();
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
        EXPECT_EQ(read_file(directory.write("file", "text")), "text");
        directory.write("file", "another");
        EXPECT_EQ(read_file(directory / "file"), "another");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Eventually, AsksUntilItHoldsOrTheLimitIsReached) {
    int asked = 0;
    EXPECT_TRUE(eventually([&] { return ++asked == 4; }));
    EXPECT_EQ(asked, 4);
    EXPECT_FALSE(eventually([] { return false; }, milliseconds{5}));
}

} // namespace
} // namespace tokenward::support
