// A line of the log: its text and its fields.
#include "daemon/log.hpp"

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
              "one two [0m event=x identity=a b scope=\"c\\\" d=e\"");
}

TEST(Log, LevelsHaveNames) {
    for (const char* name : {"debug", "info", "warning", "error"}) {
        auto level = log::parse_level(name);
        ASSERT_TRUE(level);
        EXPECT_EQ(log::name_of(*level), name);
    }
    EXPECT_FALSE(log::parse_level("loud"));
}
