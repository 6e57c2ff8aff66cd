// Where callers connect: one socket, or several with the identities that each shows.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigSockets, SeveralHaveTheirOwnPathsModesAndIdentities) {
    const std::string text = "sockets:\n"
                             "  - path: /run/t/all.sock\n"
                             "  - {path: /run/t/side.sock, mode: \"0600\", identities: [ci]}\n" +
                             good;
    EXPECT_THAT(faults_of(text), IsEmpty());
    EXPECT_EQ(parse(text).value.sockets, (std::vector{socket_config{"/run/t/all.sock", 0666, {}},
                                                      socket_config{"/run/t/side.sock", 0600, {"ci"}}}));
}

TEST(ConfigSockets, OneOrSeveralButNotBoth) {
    EXPECT_THAT(faults_of("socket: {path: /run/a.sock}\nsockets: [{path: /run/b.sock}]\n" + good),
                ElementsAre("f:2: error: `socket` and `sockets` are both given: keep one"));
}

TEST(ConfigSockets, AnIdentityThatThereIsNotIsAnErrorThatNamesTheNearest) {
    EXPECT_THAT(faults_of("sockets: [{path: /run/a.sock, identities: [cii]}]\n" + good),
                ElementsAre("f:1: error: unknown identity `cii`: did you mean `ci`?"));
}

TEST(ConfigSockets, FaultsAreAllReported) {
    EXPECT_THAT(faults_of("sockets:\n"
                          "  - {mode: \"0666\"}\n"
                          "  - {path: /run/a.sock, identities: []}\n"
                          "  - {path: /run/a.sock, identity: [ci]}\n" +
                          good),
                ElementsAre(HasSubstr("f:2: error: `path` is missing in sockets.1"),
                            HasSubstr("f:3: error: `identities` of sockets.2 is empty"),
                            HasSubstr("f:4: error: unknown key `identity`"),
                            HasSubstr("f:4: error: there are two sockets at /run/a.sock")));
}

TEST(ConfigSockets, AnEmptyListIsAnError) {
    EXPECT_THAT(faults_of("sockets: []\n" + good), ElementsAre(HasSubstr("f:1: error: `sockets` is empty")));
    EXPECT_THAT(faults_of("sockets: {path: /run/a.sock}\n" + good), testing::SizeIs(1)) << "no list";
}

} // namespace
} // namespace tokenward
