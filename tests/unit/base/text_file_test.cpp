// Small files are read whole; a pipe is waited for, but not for long.
#include "common/unique_fd.hpp"
#include "daemon/base/text_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

using namespace tokenward;
using namespace std::chrono_literals;

TEST(TextFile, IsReadWhole) {
    const support::temp_dir folder;
    const text_file read = read_text_file(folder.write("file", "a\nb"));
    EXPECT_EQ(read.text, "a\nb");
    EXPECT_EQ(read.fault, "");
    EXPECT_FALSE(read.open_to_others);
}

TEST(TextFile, MayHaveOneMebibyte) {
    const support::temp_dir folder;
    EXPECT_EQ(read_text_file(folder.write("file", std::string(text_file::largest, 'x'))).fault, "");
    const text_file larger = read_text_file(folder.write("file", std::string(text_file::largest + 1, 'x')));
    EXPECT_EQ(larger.fault, "is larger than 1 MiB");
    EXPECT_TRUE(larger.text.empty());
}

TEST(TextFile, ThatOthersMayReadIsToldApart) {
    const support::temp_dir folder;
    const std::string path = folder.write("file", "x");
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    EXPECT_TRUE(read_text_file(path).open_to_others);
}

TEST(TextFile, ThatIsNotThereSaysSo) {
    const text_file read = read_text_file("/nonexistent/file");
    EXPECT_EQ(read.error, ENOENT);
    EXPECT_EQ(read.fault, "can't be read: No such file or directory");
}

TEST(TextFile, APipeThatNobodyWritesToIsGivenUp) {
    const support::temp_dir folder;
    const std::string path = folder / "pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const unique_fd writer(::open(path.c_str(), O_RDWR | O_CLOEXEC)); // and says nothing
    const text_file read = read_text_file(path, 1ms);
    EXPECT_EQ(read.error, ETIMEDOUT);
    EXPECT_EQ(read.fault, "can't be read: nobody writes to the other end of it");
}
