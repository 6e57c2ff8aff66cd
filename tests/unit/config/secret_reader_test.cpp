// Secrets from files, credentials and variables.
#include "daemon/base/text/secret_text.hpp"
#include "daemon/config/secret_reader.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tokenward {
namespace {

using source = secret_ref::source;
using testing::HasSubstr;
using testing::Not;

const std::string whose = "identity `ci`: password";

/// Has a private folder, which is also the credentials' folder.
class SecretReader : public testing::Test {
  protected:
    void SetUp() override { setenv("CREDENTIALS_DIRECTORY", x_folder.path().c_str(), 1); }
    void TearDown() override { unsetenv("CREDENTIALS_DIRECTORY"); }

    /// Writes a file of mode 0600 and names it.
    secret_ref file(const std::string& content, const std::string& name = "secret") {
        std::string path = x_folder / name;
        std::ofstream(path) << content;
        chmod(path.c_str(), 0600);
        return {source::file, path};
    }
    /// The secret that is read, or the error in brackets.
    std::string read(const secret_ref& ref) {
        auto got = x_reader.read(ref, whose);
        return got ? std::string(got->value.reveal()) : "[" + got.error().detail + "]";
    }

    support::temp_dir x_folder;
    secret_reader x_reader;
};

TEST_F(SecretReader, ReadsAFileWithoutOneLineEnd) {
    EXPECT_EQ(read(file("s3cret")), "s3cret");
    EXPECT_EQ(read(file("s3cret\n")), "s3cret");
    EXPECT_EQ(read(file("s3cret\r\n")), "s3cret");
    EXPECT_EQ(read(file("s3cret\n\n")), "s3cret");
    EXPECT_EQ(read(file(" two words ")), " two words ");
}

TEST_F(SecretReader, ReadsACredentialOfSystemds) {
    file("s3cret\n", "ci.password");
    EXPECT_EQ(read({source::credential, "ci.password"}), "s3cret");
    EXPECT_THAT(read({source::credential, "ci.passwort"}),
                AllOf(HasSubstr("no credential `ci.passwort`"), HasSubstr("give the unit LoadCredential=")));
    unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_THAT(read({source::credential, "ci.password"}),
                HasSubstr("[identity `ci`: password: no credential `ci.password`"));
}

TEST_F(SecretReader, ReadsATextOfTheConfiguration) {
    EXPECT_EQ(read({source::inline_text, "s3cret"}), "s3cret");
}

TEST_F(SecretReader, SaysWhichFileAndWhy) {
    std::string path = x_folder / "gone";
    EXPECT_EQ(read({source::file, path}),
              "[" + whose + ": can't open " + path + ": No such file or directory]");
    EXPECT_EQ(read({source::file, x_folder.path()}),
              "[" + whose + ": " + x_folder.path().string() + " is not a regular file]");
}

TEST_F(SecretReader, DoesNotWaitForTheWriterOfAFifo) {
    std::string path = x_folder / "fifo";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(read({source::file, path}), HasSubstr("is not a regular file"));
}

TEST_F(SecretReader, TakesSixtyFourKibibytesAndNoMore) {
    std::string largest(longest_secret, 'x');
    EXPECT_EQ(read(file(largest + "\r\n")), largest);
    EXPECT_THAT(read(file(largest + "x")), HasSubstr("is longer than 64 KiB"));
    EXPECT_THAT(read(file(largest + largest)), HasSubstr("is longer than 64 KiB"));
}

TEST_F(SecretReader, RefusesWhatNoIamWouldTakeWithoutShowingIt) {
    using namespace std::string_literals;
    EXPECT_THAT(read(file("")), HasSubstr("secret is empty"));
    EXPECT_THAT(read(file("\n")), HasSubstr("secret is empty"));
    EXPECT_THAT(read(file("\n\n")), HasSubstr("secret has nothing but blank lines"));
    for (const auto& [odd, why] : {std::pair{"s3c\0ret"s, "holds a NUL byte"},
                                   {"s3c\xe9ret"s, "is not UTF-8"},
                                   {"\xff\xfes\0"s, "is UTF-16"},
                                   {"s3c\nret\nand\n"s, "has more than two lines"}}) {
        std::string answer = read(file(odd));
        EXPECT_THAT(answer, HasSubstr(why));
        EXPECT_THAT(answer, Not(HasSubstr("s3c")));
    }
}

TEST_F(SecretReader, TakesOffAByteOrderMarkAndSaysSo) {
    secret_ref ref = file("\xef\xbb\xbfs3cret\r\n");
    EXPECT_EQ(read(ref), "s3cret");
    EXPECT_THAT(x_reader.read(ref, whose)->warning, HasSubstr("has a byte order mark"));
    std::string largest(longest_secret, 'x');
    EXPECT_EQ(read(file("\xef\xbb\xbf" + largest + "\r\n")), largest);
}

TEST_F(SecretReader, JudgesATextOfTheConfigurationAsAnyOther) {
    EXPECT_EQ(read({source::inline_text, "\n"}), "[" + whose + " is empty]");
    EXPECT_EQ(read({source::inline_text, "\xef\xbb\xbfs3cret"}), "s3cret");
}

TEST_F(SecretReader, WarnsOfAFileThatEverybodyCanRead) {
    secret_ref ref = file("s3cret");
    EXPECT_EQ(x_reader.read(ref, whose)->warning, "");
    chmod(ref.name.c_str(), 0640);
    EXPECT_EQ(x_reader.read(ref, whose)->warning, "");
    chmod(ref.name.c_str(), 0644);
    EXPECT_EQ(x_reader.read(ref, whose)->warning,
              whose + ": " + ref.name + " can be read or written by everybody: chmod o-rwx it");
}

TEST_F(SecretReader, VariableLeavesTheEnvironmentAndIsFoundAgainAtAReload) {
    setenv("TOKENWARD_TEST_A", "s3cret", 1);
    EXPECT_EQ(read({source::env, "TOKENWARD_TEST_A"}), "s3cret");
    EXPECT_EQ(getenv("TOKENWARD_TEST_A"), nullptr);
    EXPECT_EQ(read({source::env, "TOKENWARD_TEST_A"}), "s3cret");
}

TEST_F(SecretReader, VariableThatIsNotSetIsAnErrorThatNamesIt) {
    EXPECT_EQ(read({source::env, "TOKENWARD_TEST_B"}),
              "[" + whose + ": the variable TOKENWARD_TEST_B is not set]");
}

TEST_F(SecretReader, VariableWithABadValueIsWipedToo) {
    setenv("TOKENWARD_TEST_C", "s3c\xe9ret", 1);
    EXPECT_THAT(read({source::env, "TOKENWARD_TEST_C"}), HasSubstr("$TOKENWARD_TEST_C is not UTF-8"));
    EXPECT_EQ(getenv("TOKENWARD_TEST_C"), nullptr);
}

/// Whether the kernel shows `text` in this process's environment.
bool kernel_shows(const std::string& text) {
    std::ifstream environment("/proc/self/environ");
    std::ostringstream all;
    all << environment.rdbuf();
    return all.str().find(text) != std::string::npos;
}

// A death test of this style starts the program anew, with the variable in the block that the kernel shows.
TEST(SecretReaderDeathTest, VariableIsGoneFromWhatTheKernelShows) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    setenv("TOKENWARD_TEST_D", "s3cret-in-environ", 0);
    EXPECT_EXIT(
        {
            bool shown_before = kernel_shows("s3cret-in-environ");
            secret_reader reader;
            auto got = reader.read({source::env, "TOKENWARD_TEST_D"}, whose);
            bool shown_after = kernel_shows("s3cret-in-environ") || kernel_shows("TOKENWARD_TEST_D");
            std::_Exit(shown_before && got && got->value.reveal() == "s3cret-in-environ" && !shown_after ? 0
                                                                                                         : 1);
        },
        testing::ExitedWithCode(0), "");
    unsetenv("TOKENWARD_TEST_D");
}

TEST_F(SecretReader, FileBehindALinkThatIsTurnedIsRead) { // as Kubernetes rotates its secrets
    file("one", "first");
    file("two", "second");
    std::filesystem::path link = x_folder / "link";
    std::filesystem::create_symlink("first", link);
    secret_ref ref{source::file, link};
    EXPECT_EQ(read(ref), "one");
    std::filesystem::create_symlink("second", x_folder / "new");
    std::filesystem::rename(x_folder / "new", link);
    EXPECT_EQ(read(ref), "two");
}

} // namespace
} // namespace tokenward
