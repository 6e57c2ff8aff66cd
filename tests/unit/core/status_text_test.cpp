// What `systemctl status` says of the daemon.
#include "daemon/core/status_text.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

TEST(StatusText, SaysHowManyScopesThereAreAndWhenTheNextOneIsRenewed) {
    EXPECT_EQ(status_text({.all = 7, .next_renewal = 3h + 59min}), "7 scopes, next renewal in 3 h");
    EXPECT_EQ(status_text({.all = 1, .next_renewal = 40s}), "1 scope, next renewal in 40 s");
    EXPECT_EQ(status_text({.all = 2, .next_renewal = 119s}), "2 scopes, next renewal in 1 min");
    EXPECT_EQ(status_text({.all = 2, .next_renewal = 49h}), "2 scopes, next renewal in 2 d");
}

TEST(StatusText, SaysHowManyAreWithoutAToken) {
    EXPECT_EQ(status_text({.all = 3, .without_token = 3}), "3 scopes, 3 without a token");
    EXPECT_EQ(status_text({.all = 3, .without_token = 1, .next_renewal = 1h}),
              "3 scopes, 1 without a token, next renewal in 1 h");
}

TEST(StatusText, AnOverdueRenewalIsDueNow) {
    EXPECT_EQ(status_text({.all = 3, .next_renewal = -5s}), "3 scopes, next renewal in 0 s");
}

TEST(StatusText, SaysThatTheFileIsNotInForce) {
    EXPECT_EQ(status_text({.all = 2, .next_renewal = 3h, .reload_refused = true}),
              "2 scopes, next renewal in 3 h; the last reload was refused, see the log");
}

TEST(StatusText, NoScopesAreNone) {
    EXPECT_EQ(status_text({}), "0 scopes");
}

} // namespace
} // namespace tokenward
