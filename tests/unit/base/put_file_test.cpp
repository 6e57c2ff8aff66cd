// A file comes into its place whole, for its owner alone, or not at all.
#include "daemon/base/put_file.hpp"
#include "daemon/base/secret_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;
using namespace tokenward;

namespace {

mode_t mode_of(const fs::path& path) {
    struct stat is {};
    return ::stat(path.c_str(), &is) == 0 ? is.st_mode & 07777U : 0;
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

} // namespace

TEST(PutFile, ItAndItsFoldersAreForTheirOwnerAlone) {
    const support::temp_dir folder;
    ASSERT_TRUE(put_file(folder / "a/b/file", "text", if_there::fail));
    EXPECT_EQ(support::read_file(folder / "a/b/file"), "text");
    EXPECT_EQ(mode_of(folder / "a/b/file"), 0600U);
    EXPECT_EQ(mode_of(folder / "a"), 0700U);
    EXPECT_EQ(mode_of(folder / "a/b"), 0700U);
    EXPECT_EQ(files_in(folder / "a/b"), 1U) << "the draft is gone";
}

TEST(PutFile, WhatIsThereStaysUnlessItIsToBeReplaced) {
    const support::temp_dir folder;
    const std::string path = folder / "file";
    ASSERT_TRUE(put_file(path, "one", if_there::replace));
    const auto refused = put_file(path, "two", if_there::fail);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail, "can't write " + path + ": File exists");
    EXPECT_EQ(support::read_file(path), "one");
    ASSERT_TRUE(put_file(path, "two", if_there::replace));
    EXPECT_EQ(support::read_file(path), "two");
    EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(PutFile, ALinkIsReplacedAndNotFollowed) {
    const support::temp_dir folder;
    folder.write("elsewhere", "kept");
    fs::create_symlink(folder / "elsewhere", folder / "file");
    ASSERT_TRUE(put_file(folder / "file", "new", if_there::replace));
    EXPECT_EQ(support::read_file(folder / "elsewhere"), "kept");
    EXPECT_EQ(support::read_file(folder / "file"), "new");
}

TEST(PutFile, SaysWhatFailed) {
    const support::temp_dir folder;
    folder.write("file", "no folder");
    const auto failed = put_file(folder / "file/below", "x", if_there::replace);
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().detail.starts_with("can't create ")) << failed.error().detail;
    EXPECT_TRUE(failed.error().detail.ends_with(": Not a directory")) << failed.error().detail;
}

TEST(SecretFile, IsComparedAsItWouldBeRead) {
    const support::temp_dir folder;
    for (const char* text : {"x", "x\n", "x\r\n", "\xef\xbb\xbfx\n", "\xef\xbb\xbfx\r\n"}) {
        folder.write("secret", text);
        EXPECT_EQ(*compare_secret_file(folder / "secret", "x"), secret_file_state::same) << text;
    }
    for (const char* text : {"", "xx\n", "x \n", "x\ny\n", "x\ny\nz\n"}) {
        folder.write("secret", text);
        EXPECT_EQ(*compare_secret_file(folder / "secret", "x"), secret_file_state::different) << text;
    }
}

TEST(SecretFile, IsComparedWithoutItsLineEnd) {
    const support::temp_dir folder;
    const std::string path = folder / "secret";
    EXPECT_EQ(*compare_secret_file(path, "x"), secret_file_state::absent);
    ASSERT_TRUE(write_secret_file(path, "x", false));
    EXPECT_EQ(support::read_file(path), "x\n");
    EXPECT_EQ(*compare_secret_file(path, "x"), secret_file_state::same);
    EXPECT_EQ(*compare_secret_file(path, "y"), secret_file_state::different);
    EXPECT_FALSE(write_secret_file(path, "y", false));
    EXPECT_FALSE(compare_secret_file(folder.path(), "x")) << "a folder";
}
