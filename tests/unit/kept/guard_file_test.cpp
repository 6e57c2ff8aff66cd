// The guard's file: what comes back, and what is not believed.
#include "daemon/kept/guard_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tokenward {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct GuardFile : testing::Test {
    support::temp_dir folder;
    const std::string directory = folder.path();
    guard_memory sample{.salt = {1, 2, 255},
                        .users = {{{"https://iam.example", "ci-bot@\"Default\""},
                                   {{{7, 0xab}, 2, false}, {{8}, 0, true}, {{9}, 0, false, true}},
                                   {{{7}, wall_time(1'699'999'999s)}, {{8}, wall_time(1'700'000'000s), true}},
                                   56'666'666}}};
};

TEST_F(GuardFile, GivesBackWhatWasSaved) {
    guard_file file(directory + "/a/b");
    ASSERT_TRUE(file.save(sample));
    EXPECT_EQ(file.load({}), sample);
    ASSERT_TRUE(file.save({.salt = {3}}));
    EXPECT_EQ(file.load({}), guard_memory{.salt = {3}});
}

TEST_F(GuardFile, IsForItsOwnerAloneAndLeavesNoOtherFiles) {
    guard_file file(directory + "/state");
    ASSERT_TRUE(file.save(sample));
    struct stat status {};
    ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory + "/state"), {}), 1);
}

TEST_F(GuardFile, MissingFileIsAFreshSaltAndNothingElse) {
    guard_file file(directory);
    guard_memory first = file.load({});
    EXPECT_TRUE(first.users.empty());
    EXPECT_NE(first.salt, file.load({}).salt);
}

TEST_F(GuardFile, WhereThereIsNoneOrABadOneWhatWasKeptElsewhereCounts) {
    guard_file file(directory);
    const guard_memory elsewhere{.salt = {7}};
    EXPECT_EQ(file.load(elsewhere), elsewhere);
    std::ofstream(file.path()) << "damaged";
    EXPECT_EQ(file.load(elsewhere), elsewhere);
    ASSERT_TRUE(file.save(sample));
    EXPECT_EQ(file.load(elsewhere), sample);
}

TEST_F(GuardFile, ThatCouldNotBeWrittenAnyMoreGivesWayToWhatBecameOfIt) {
    guard_file file(directory);
    guard_memory older = sample;
    older.serial = 41;
    guard_memory newer = sample;
    newer.serial = 42;
    newer.users[0].totp_step = 56'666'667;
    ASSERT_TRUE(file.save(older));
    EXPECT_EQ(file.load(newer), newer);
    ASSERT_TRUE(file.save(newer));
    EXPECT_EQ(file.load(older), newer);
    guard_memory of_another_file = newer;
    of_another_file.salt = {7};
    of_another_file.serial = 99;
    EXPECT_EQ(file.load(of_another_file), newer);
}

TEST_F(GuardFile, DamagedFileIsIgnoredAndReplaced) {
    guard_file file(directory);
    const std::string good = format_guard_memory(sample);
    for (std::size_t length = 0; length < good.size(); length += 7) {
        std::ofstream(file.path(), std::ios::trunc) << good.substr(0, length);
        EXPECT_TRUE(file.load({}).users.empty()) << good.substr(0, length);
    }
    ASSERT_TRUE(file.save(sample));
    EXPECT_EQ(file.load({}), sample);
}

TEST_F(GuardFile, HugeFileIsIgnored) {
    guard_file file(directory);
    std::ofstream(file.path()) << format_guard_memory(sample) << std::string(guard_file::most_bytes, ' ');
    EXPECT_TRUE(file.load({}).users.empty());
}

TEST_F(GuardFile, SymbolicLinkIsNeitherReadNorWrittenThrough) {
    guard_file file(directory);
    const std::string victim = directory + "/victim";
    std::ofstream(victim) << format_guard_memory(sample);
    fs::create_symlink(victim, file.path());
    EXPECT_TRUE(file.load({}).users.empty());
    ASSERT_TRUE(file.save({.salt = {9}}));
    EXPECT_FALSE(fs::is_symlink(file.path()));
    EXPECT_EQ(fs::file_size(victim), format_guard_memory(sample).size());
}

TEST_F(GuardFile, UnwritableDirectoryIsAnErrorThatNamesThePath) {
    std::ofstream(directory + "/file") << "in the way";
    guard_file file(directory + "/file/state");
    auto saved = file.save(sample);
    ASSERT_FALSE(saved);
    EXPECT_NE(saved.error().detail.find(directory + "/file/state"), std::string::npos);
}

TEST_F(GuardFile, OfANewerFormatStaysBesideOurs) {
    guard_file file(directory);
    const std::string newer = R"({"version":2,"users":"in another form"})";
    std::ofstream(file.path()) << newer;
    EXPECT_EQ(file.load(guard_memory{.salt = {7}}), guard_memory{.salt = {7}});
    EXPECT_EQ(support::read_file(file.path()), newer) << "until there is something to say";
    ASSERT_TRUE(file.save(sample));
    EXPECT_EQ(file.load({}), sample);
    EXPECT_EQ(support::read_file(file.path() + ".newer"), newer);
}

TEST(GuardFormat, OfTheFirstDaemonsIsTakenUp) {
    const std::string text =
        R"({"version":1,"salt":"01020000000000000000000000000000","users":[{"iam":"i",)"
        R"("user":"u","secrets":[{"digest":"0700000000000000","refused":1,"in_flight":true}],)"
        R"("attempts":[{"digest":"0700000000000000","at":5}],"totp_step":6}]})";
    auto memory = parse_guard_memory(text);
    ASSERT_TRUE(memory);
    const guard_memory expected{.salt = {1, 2},
                                .users = {{{"i", "u"}, {{{7}, 1, true}}, {{{7}, wall_time(5s)}}, 6}}};
    EXPECT_EQ(*memory, expected);
    EXPECT_EQ(format_guard_memory(*memory), text) << "what there is nothing new to say of reads as it did";
}

TEST(GuardFormat, OfTooManyUsersTheLockedOnesAreKept) {
    guard_memory many;
    for (int i = 0; i < 300; ++i)
        many.users.push_back({{"i", std::to_string(1000 + i)}, {{.digest = {1}, .proven = true}}, {}});
    many.users.push_back({{"i", "z"}, {{.digest = {1}, .refused = 2}}, {}});
    auto back = parse_guard_memory(format_guard_memory(many));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->users.front().who.user, "z");
}

TEST(GuardFormat, RefusesWhatSaveNeverWrites) {
    const std::string salt = R"("salt":"00000000000000000000000000000000")";
    auto with = [&](const std::string& users) {
        return R"({"version":1,)" + salt + R"(,"users":)" + users + "}";
    };
    const std::string digest = R"("digest":"0000000000000000")";
    ASSERT_TRUE(parse_guard_memory(with("[]")));
    ASSERT_TRUE(parse_guard_memory(
        with(R"([{"iam":"i","user":"u","secrets":[],"attempts":[{)" + digest + R"(,"at":5}]}])")));
    for (const std::string& text : {
             std::string("{}"),
             std::string("[]"),
             R"({"version":2,)" + salt + R"(,"users":[]})",
             std::string(R"({"version":1,"salt":"zz","users":[]})"),
             with("{}"),
             with(R"([{"iam":"i"}])"),
             with(R"([{"iam":1,"user":"u","secrets":[],"attempts":[]}])"),
             with(R"([{"iam":"i","user":"u","secrets":[{)" + digest +
                  R"(,"refused":3,"in_flight":false}],"attempts":[]}])"),
             with(R"([{"iam":"i","user":"u","secrets":[{)" + digest +
                  R"(,"refused":1,"in_flight":0}],"attempts":[]}])"),
             with(R"([{"iam":"i","user":"u","secrets":[{)" + digest +
                  R"(,"refused":1,"in_flight":false,"proven":1}],"attempts":[]}])"),
             with(R"([{"iam":"i","user":"u","secrets":[],"attempts":[{)" + digest + R"(,"at":-1}]}])"),
             with(R"([{"iam":"i","user":"u","secrets":[],"attempts":[{)" + digest +
                  R"(,"at":9223372036854775807}]}])"),
         })
        EXPECT_FALSE(parse_guard_memory(text)) << text;
}

TEST(StateDirectory, FollowsSystemdThenTheUser) {
    ::setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1);
    EXPECT_EQ(state_directory(), "/var/lib/a");
    ::unsetenv("STATE_DIRECTORY");
    ::setenv("XDG_STATE_HOME", "/home/u/state", 1);
    EXPECT_EQ(state_directory(), ::geteuid() == 0 ? "/var/lib/tokenward" : "/home/u/state/tokenward");
    ::unsetenv("XDG_STATE_HOME");
}

} // namespace
} // namespace tokenward
