// A program that keeps a token through short lives, revocations and restarts of the daemon; and one that
// looks for what it has freed.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

using namespace tokenward::testing;
namespace support = tokenward::support;

namespace {

bool is_installed(const std::string& program) {
    return std::ifstream(program).good();
}

/// Revocations and restarts between renewals, `rounds` times; then the sums, which also go to the output.
void soak(std::vector<std::string> command, int rounds) {
    iam_standin iam;
    iam.set_lifetime(5s);
    daemon_under_test d({.auth_url = iam.auth_url()});
    command.insert(command.end(), {KEPT_SOAK, d.socket()});
    support::process program(command, {.env = {{"TSAN_OPTIONS", "exitcode=66"}}});
    program.wait_for_line("event=token");
    for (int round = 0; round < rounds; ++round) {
        program.wait_for_line("event=token"); // renewed
        iam.revoke_all();
        program.signal(SIGUSR1);
        // 1 = invalidated, 2 = already replaced: the token was renewed just then
        EXPECT_NE(program.wait_for_line("event=reported").find_first_of("12", 15), std::string::npos);
        program.wait_for_line("event=token"); // replaced
        d.kill();
        d.start();
        program.wait_for_line("event=token"); // the new daemon's
    }
    program.wait_for_line("event=token"); // and renewed once more
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait_exit(), 0) << program.out() << program.err();
    std::string sums = program.out();
    sums.erase(0, sums.find("reads "));
    std::printf("%s", sums.c_str());
}

} // namespace

TEST(KeptSoak, NoExpiredNoRefusedTokenAndNoNeedlessFailure) {
    soak({}, 2);
}

TEST(KeptSoak, MemcheckFindsNothing) {
    if (TOKENWARD_SANITIZED || !is_installed("/usr/bin/valgrind"))
        GTEST_SKIP() << "there is no valgrind here";
    soak({"/usr/bin/valgrind", "--quiet", "--error-exitcode=66", "--leak-check=full"}, 1);
}

TEST(KeptSoak, HelgrindFindsNothing) {
    if (TOKENWARD_SANITIZED || !is_installed("/usr/bin/valgrind"))
        GTEST_SKIP() << "there is no valgrind here";
    soak({"/usr/bin/valgrind", "--quiet", "--error-exitcode=66", "--tool=helgrind",
          std::string("--suppressions=") + HELGRIND_SUPPRESSIONS},
         1);
}

TEST(Freed, ATokenIsNowhereInMemoryAnyMore) {
    if (TOKENWARD_SANITIZED) GTEST_SKIP() << "a sanitizer's memory is too large to be searched";
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    support::finished said = support::run({WIPED, d.socket()});
    EXPECT_EQ(said.status, 0) << said.out << said.err;
}
