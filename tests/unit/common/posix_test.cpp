// Reading and writing all of a file, pipe or socket, and what an errno is called.
#include "common/posix.hpp"
#include "common/unique_fd.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <array>
#include <thread>

using namespace tokenward;

namespace {

struct pipe_ends {
    unique_fd out;
    unique_fd in;
};

pipe_ends make_pipe(int flags) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | flags) != 0) return {};
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

} // namespace

TEST(ReadAll, GoesOnToTheEnd) {
    pipe_ends p = make_pipe(0);
    ASSERT_EQ(write_all(p.in.get(), "abc"), 0);
    std::thread later([&] {
        EXPECT_EQ(write_all(p.in.get(), "def"), 0);
        p.in.reset();
    });
    std::string text(10, '-');
    const read_outcome got = read_all(p.out.get(), text);
    later.join();
    EXPECT_EQ(got.error, 0);
    EXPECT_EQ(got.size, 6U);
    EXPECT_EQ(text, "abcdef----");
}

TEST(ReadAll, StopsWhenThereIsNoMoreRoom) {
    pipe_ends p = make_pipe(0);
    ASSERT_EQ(write_all(p.in.get(), "abcdef"), 0);
    std::string text(4, '-');
    EXPECT_EQ(read_all(p.out.get(), text).size, 4U);
    EXPECT_EQ(text, "abcd");
}

TEST(ReadAll, IsEndedByWhatIsWaitedFor) {
    pipe_ends p = make_pipe(O_NONBLOCK);
    int calls = 0;
    auto wait = [&] {
        ++calls;
        if (calls == 2) {
            EXPECT_EQ(write_all(p.in.get(), "abc"), 0);
        }
        return calls < 4 ? 0 : ETIMEDOUT;
    };
    std::string text(10, '-');
    const read_outcome got = read_all(p.out.get(), text, wait);
    EXPECT_EQ(got.error, ETIMEDOUT);
    EXPECT_EQ(got.size, 3U) << "a read that found nothing is no error";
    EXPECT_EQ(calls, 4);
}

TEST(ReadAll, TellsWhatFailed) {
    std::string text(4, '-');
    EXPECT_EQ(read_all(-1, text).error, EBADF);
    pipe_ends p = make_pipe(O_NONBLOCK);
    EXPECT_EQ(read_all(p.out.get(), text).error, EAGAIN) << "with nothing to wait for";
}

TEST(WriteAll, GoesOnUntilAllIsWritten) {
    pipe_ends p = make_pipe(0);
    const std::string much(1 << 20, 'x'); // more than a pipe holds
    std::string text(much.size() + 1, '-');
    read_outcome got;
    std::thread reader([&] { got = read_all(p.out.get(), text); });
    EXPECT_EQ(write_all(p.in.get(), much), 0);
    p.in.reset();
    reader.join();
    EXPECT_EQ(got.size, much.size());
}

TEST(WriteAll, TellsWhatFailed) {
    EXPECT_EQ(write_all(-1, "x"), EBADF);
    EXPECT_EQ(write_all(-1, ""), 0);
}

TEST(SystemProblem, SaysWhatCouldNotBeDoneAndWhy) {
    errno = EACCES;
    EXPECT_EQ(system_problem("read it").detail, "can't read it: Permission denied");
    EXPECT_EQ(system_problem("open", "/x", ENOENT).detail, "can't open /x: No such file or directory");
    EXPECT_EQ(system_problem("open", "/x", ENOENT).code, errc::internal);
}

TEST(EnvironmentVariable, ThatIsNotSetIsEmpty) {
    EXPECT_EQ(environment_variable("TOKENWARD_NO_SUCH_VARIABLE"), "");
    ASSERT_EQ(::setenv("TOKENWARD_A_VARIABLE", "a=b", 1), 0);
    EXPECT_EQ(environment_variable("TOKENWARD_A_VARIABLE"), "a=b");
}
