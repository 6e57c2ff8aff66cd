// A line of the log: its text and its fields.
#include "daemon/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

using namespace tokenward;

TEST(Log, ALineHasItsTextAndThenWhatItIsAbout) {
    const log::fields about{.identity = "ci",
                            .scope = "project:a b",
                            .fingerprint = "sha256:1",
                            .upstream_status = 401,
                            .peer_uid = 1000,
                            .peer_unit = "backup.service"};
    EXPECT_EQ(log::compose("something", about, "it happened"),
              "it happened event=something identity=ci scope=\"project:a b\" fingerprint=sha256:1 "
              "upstream_status=401 peer_uid=1000 peer_unit=backup.service");
}

TEST(Log, WhatIsNotKnownIsLeftOut) {
    EXPECT_EQ(log::compose("something", {}, "it happened"), "it happened event=something");
    const log::fields root{.peer_uid = 0};
    EXPECT_EQ(log::compose("x", root, "t"), "t event=x peer_uid=0") << "0 is somebody";
}

TEST(Log, NobodyCanForgeALineOrAField) {
    const log::fields about{.identity = "a\nb", .scope = "c\" d=e"};
    EXPECT_EQ(log::compose("x", about, "one\ntwo\x1b[0m"),
              R"(one\x0atwo\x1b[0m event=x identity="a\x0ab" scope="c\" d=e")");
    const log::fields plain{.identity = "ci"};
    EXPECT_EQ(log::compose("x", plain, "no token for project:p event=token_served peer_uid=0: 2+2=4"),
              R"(no token for project:p event\x3dtoken_served peer_uid\x3d0: 2+2=4 event=x identity=ci)");
    EXPECT_EQ(log::compose("x", plain, "event="), R"(event\x3d event=x identity=ci)");
    EXPECT_EQ(log::compose("x", plain, "=identity=a"), R"(=identity\x3da event=x identity=ci)");
}

TEST(Log, AnyLanguageIsShownButNothingThatTurnsItRound) {
    const log::fields about{.identity = "ci", .scope = "project:Мюнхен", .peer_unit = "a\u202eb"};
    EXPECT_EQ(log::compose("x", about, "нет «доступа» \u2066\u0085\xff"),
              "нет «доступа» \\u2066\\u0085\\xff event=x identity=ci scope=project:Мюнхен "
              "peer_unit=\"a\\u202eb\"");
}

TEST(Log, LevelsHaveNames) {
    for (const char* name : {"debug", "info", "warning", "error"}) {
        auto level = log::parse_level(name);
        ASSERT_TRUE(level);
        EXPECT_EQ(log::name_of(*level), name);
    }
    EXPECT_FALSE(log::parse_level("loud"));
}

TEST(Log, ALineOnStderrBeginsWithItsTimeInUtcAndItsLevel) {
    ::testing::internal::CaptureStderr();
    log::warning("something", {.identity = "ci"}, "it {}", "happened");
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(line,
                ::testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                                        "warning it happened event=something identity=ci\n"));
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
    ::testing::internal::CaptureStderr();
    for (const log::level least : {log::level::error, log::level::debug, log::level::info}) {
        log::set_level(least);
        EXPECT_EQ(log::current_level(), least);
        for (const log::level of :
             {log::level::debug, log::level::info, log::level::warning, log::level::error})
            log::write(of, "x", {}, log::name_of(of));
    }
    std::string written;
    std::istringstream lines(::testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(lines, line);) written += line.substr(25, line.find(' ', 25) - 24);
    EXPECT_EQ(written, "error debug info warning error info warning error ");
    EXPECT_EQ(log::dropped(), 0U) << "what nobody wants is not dropped";
}
