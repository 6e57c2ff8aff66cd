// The log's way out: what is taken, what is dropped, and that nobody waits for a reader who stands still.
#include "daemon/base/log_output.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tokenward::log {
namespace {

using namespace std::chrono_literals;

/// The journal's end; reads only when it is told to.
class fake_journal {
  public:
    explicit fake_journal(const std::string& path)
        : x_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, path.size());
        ::unlink(path.c_str());
        EXPECT_EQ(::bind(x_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    std::optional<std::string> read() {
        std::vector<char> bytes(256 * 1024);
        const ssize_t size = ::recv(x_fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size < 0) return std::nullopt;
        return std::string(bytes.data(), static_cast<std::size_t>(size));
    }

  private:
    unique_fd x_fd;
};

class LogOutput : public ::testing::Test {
  protected:
    std::string path() const { return x_folder / "journal"; }
    const std::vector<std::string> line{"MESSAGE=it happened", "PRIORITY=6", "EVENT=something"};

  private:
    support::temp_dir x_folder;
};

TEST_F(LogOutput, TheJournalGetsALineAsItsProtocolWantsIt) {
    fake_journal reader(path());
    journal_output journal(path());
    EXPECT_EQ(journal.send(line), outcome::taken);
    EXPECT_EQ(reader.read(), "MESSAGE=it happened\nPRIORITY=6\nEVENT=something\n");
}

TEST_F(LogOutput, AJournalThatStandsStillHoldsUpNobody) {
    fake_journal reader(path());
    journal_output journal(path());
    const auto start = std::chrono::steady_clock::now();
    int taken = 0;
    outcome last = outcome::taken;
    for (int i = 0; i < 20'000; ++i) {
        last = journal.send(line);
        taken += last == outcome::taken ? 1 : 0;
    }
    EXPECT_EQ(last, outcome::full);
    EXPECT_LT(taken, 20'000);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s) << "10 ms for each of them are 200 s";
    while (reader.read()) {
    }
    EXPECT_EQ(journal.send(line), outcome::taken) << "it reads again";
}

TEST_F(LogOutput, AJournalThatIsStartedAnewGoesOnGettingLines) {
    journal_output journal(path());
    EXPECT_EQ(journal.send(line), outcome::broken);
    std::optional<fake_journal> reader(path());
    EXPECT_EQ(journal.send(line), outcome::taken);
    reader.reset();
    EXPECT_EQ(journal.send(line), outcome::broken);
    reader.emplace(path());
    EXPECT_EQ(journal.send(line), outcome::taken);
    EXPECT_TRUE(reader->read());
}

TEST_F(LogOutput, AnEntryWithoutMeasureIsCut) {
    fake_journal reader(path());
    journal_output journal(path());
    const std::vector<std::string> large{"MESSAGE=" + std::string(1 << 20, 'x'), "EVENT=something"};
    EXPECT_EQ(journal.send(large), outcome::taken);
    const auto got = reader.read();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->size(), journal_output::longest_entry + 1 + large[1].size() + 1);
    EXPECT_TRUE(got->ends_with("\nEVENT=something\n"));
}

/// What has come through a descriptor.
std::string read_all(int fd) {
    std::string all;
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0; (size = ::read(fd, bytes.data(), bytes.size())) > 0;)
        all.append(bytes.data(), static_cast<std::size_t>(size));
    return all;
}

void expect_whole_lines(int reader, int writer) {
    stream_output stream(writer);
    const std::string text = std::string(150, 'x') + "\n";
    const std::string long_text = std::string(9'000, 'y') + "\n";
    for (int i = 0; i < 5'000; ++i) (void)stream.write(i % 7 == 0 ? long_text : text);
    EXPECT_EQ(stream.write(text), outcome::full);
    std::string all = read_all(reader);
    EXPECT_EQ(stream.write("the next\n"), outcome::taken);
    all += read_all(reader);
    EXPECT_TRUE(all.ends_with("\nthe next\n")) << "on a line of its own, though the one before was cut";
}

TEST_F(LogOutput, APipeThatNobodyReadsHoldsUpNobody) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]); // its writers wait, as those of stderr do
    ASSERT_EQ(::fcntl(reader.get(), F_SETFL, O_NONBLOCK), 0);
    expect_whole_lines(reader.get(), writer.get());
}

TEST_F(LogOutput, AStreamSocketThatNobodyReadsHoldsUpNobody) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    ASSERT_EQ(::fcntl(reader.get(), F_SETFL, O_NONBLOCK), 0);
    expect_whole_lines(reader.get(), writer.get());
}

TEST_F(LogOutput, AClosedStreamIsNoReader) {
    stream_output stream(-1);
    EXPECT_NE(stream.write("a line\n"), outcome::taken);
}

} // namespace
} // namespace tokenward::log
