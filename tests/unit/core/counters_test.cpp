// The counters: what counts as which outcome, and that callers can't make them grow.
#include "daemon/core/counters.hpp"
#include "daemon/core/token.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

std::vector<identity_config> identities(std::initializer_list<const char*> names) {
    std::vector<identity_config> made;
    for (const char* name : names) made.emplace_back().name = name;
    return made;
}

fetch_result failure(errc code, unsigned upstream_status) {
    return {.outcome = fetch_failure{{code, "no"}, retry_rule::back_off, upstream_status}};
}

TEST(Counters, ANameThatIsNoIdentitysCountsUnderNone) {
    counters c;
    c.configure(identities({"ci"}));
    c.of("ci").gets.add(get_outcome::hit);
    for (int i = 0; i < 100; ++i) c.of("made-up-" + std::to_string(i)).gets.add(get_outcome::denied);
    EXPECT_EQ(c.of("ci").gets[get_outcome::hit], 1U);
    EXPECT_EQ(c.of_none().gets[get_outcome::denied], 100U);
    EXPECT_EQ(&c.of("made-up-1"), &c.of("made-up-2"));
    const counters& read = c;
    EXPECT_EQ(read.of("ci").gets[get_outcome::hit], 1U);
    EXPECT_EQ(&read.of("made-up-1"), &c.of_none());
}

TEST(Counters, AReloadKeepsWhatStaysAndForgetsWhatGoes) {
    counters c;
    c.configure(identities({"ci", "old"}));
    c.of("ci").coalesced = 7;
    c.of("old").coalesced = 8;
    c.configure(identities({"ci", "fresh"}));
    EXPECT_EQ(c.of("ci").coalesced, 7U);
    EXPECT_EQ(c.of("fresh").coalesced, 0U);
    EXPECT_EQ(&c.of("old"), &c.of_none());
    c.configure(identities({"ci", "old"}));
    EXPECT_EQ(c.of("old").coalesced, 0U);
}

TEST(Counters, AGetThatFailsIsTheCallersFaultOrTheIamsOrForbidden) {
    EXPECT_EQ(outcome_of(errc::denied), get_outcome::denied);
    EXPECT_EQ(outcome_of(errc::unknown_identity), get_outcome::denied);
    EXPECT_EQ(outcome_of(errc::bad_request), get_outcome::request_error);
    EXPECT_EQ(outcome_of(errc::unknown_scope), get_outcome::request_error);
    EXPECT_EQ(outcome_of(errc::too_many_requests), get_outcome::request_error);
    for (errc code : {errc::iam_unavailable, errc::iam_protocol, errc::timeout, errc::internal,
                      errc::credential_rejected, errc::passcode_required})
        EXPECT_EQ(outcome_of(code), get_outcome::failed) << describe(code).name;
}

TEST(Counters, ALoginThatWasNotSentIsWithheldAndNotRejected) {
    EXPECT_EQ(outcome_of(failure(errc::credential_rejected, 401)), login_outcome::rejected);
    EXPECT_EQ(outcome_of(failure(errc::credential_rejected, 0)), login_outcome::withheld);
    EXPECT_EQ(outcome_of(failure(errc::passcode_required, 0)), login_outcome::withheld);
    fetch_result held_back = failure(errc::iam_unavailable, 0);
    EXPECT_EQ(outcome_of(held_back), login_outcome::failed);
    std::get<fetch_failure>(held_back.outcome).withheld = true;
    EXPECT_EQ(outcome_of(held_back), login_outcome::withheld);
    EXPECT_EQ(outcome_of(failure(errc::unknown_scope, 404)), login_outcome::scope_refused);
    EXPECT_EQ(outcome_of(failure(errc::denied, 403)), login_outcome::scope_refused);
    EXPECT_EQ(outcome_of(failure(errc::too_many_requests, 429)), login_outcome::failed);
    EXPECT_EQ(outcome_of(failure(errc::iam_unavailable, 0)), login_outcome::failed);
    EXPECT_EQ(outcome_of(failure(errc::iam_protocol, 200)), login_outcome::failed);
    const fetch_result granted{.outcome = std::make_shared<token>()};
    EXPECT_EQ(outcome_of(granted), login_outcome::granted);
}

TEST(Counters, AnObservationFallsIntoTheFirstBucketThatHoldsIt) {
    latency_histogram h;
    h.observe(50ms);
    h.observe(51ms);
    h.observe(2min);
    h.observe(-1s);
    EXPECT_EQ(h.buckets().front(), 2U);
    EXPECT_EQ(h.buckets()[1], 1U);
    EXPECT_EQ(h.buckets().back(), 1U);
    EXPECT_EQ(h.count(), 4U);
    EXPECT_EQ(std::accumulate(h.buckets().begin(), h.buckets().end(), std::uint64_t{0}), h.count());
    EXPECT_NEAR(h.sum_seconds(), 120.101, 1e-9);
}

} // namespace
} // namespace tokenward
