// A line of the log: its text and its fields.
#include "daemon/base/log.hpp"

#include <gtest/gtest.h>

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
