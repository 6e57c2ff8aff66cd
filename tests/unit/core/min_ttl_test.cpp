// What a caller who wants a token of some length costs, and gets.
#include "tests/unit/core/lifecycle_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

TEST_F(Lifecycle, AMinTtlThatOnlyAFullLoginCanMeetIsMetByOne) {
    get();
    auto child = good("child", now, 1200s);
    std::get<std::shared_ptr<credential>>(child.outcome)->granted =
        3600s; // of a parent that lived for 2400 s
    end(std::move(child));
    EXPECT_EQ(get({.min_ttl = 3000s}).kind, step_kind::start_fetch);
    end(good("full", now, 3600s));
    EXPECT_EQ(get({.min_ttl = 3000s}).kind, step_kind::serve);
    EXPECT_EQ(get({.min_ttl = 3601s}).kind, step_kind::fail);
}

TEST_F(Lifecycle, MinTtlAboveTheGrantedLifeIsAnErrorAndCostsNoFetch) {
    hold();
    for (int i = 0; i < 100; ++i) {
        step s = get({.min_ttl = 3601s});
        ASSERT_EQ(s.kind, step_kind::fail);
        EXPECT_EQ(s.error.code, errc::bad_request);
        EXPECT_NE(s.error.detail.find("3600 s"), std::string::npos) << s.error.detail;
    }
}

TEST_F(Lifecycle, ATokenThatIsNewIsServedThoughItsWayTookSomeOfItsMinTtl) {
    ASSERT_EQ(get({.min_ttl = 3599s}).kind, step_kind::start_fetch);
    instant asked = now;
    now += 5s;
    end(good("slow", asked));
    EXPECT_EQ(life_.after_fetch({.min_ttl = 3599s}, now).kind, step_kind::serve);
    EXPECT_EQ(life_.after_fetch({.min_ttl = 3600s}, now).error.code, errc::bad_request);
}

TEST_F(Lifecycle, MinTtlCostsAtMostOneFetchPerQuarterOfTheLife) {
    hold();
    int fetches = 0;
    for (now = t0 + 60s; now < t0 + 24h; now += 10s) {
        if (due() == due_kind::fetch) {
            end(good("renewed" + std::to_string(now.time_since_epoch().count()), now));
            continue;
        }
        if (get({.min_ttl = 3590s}).kind != step_kind::start_fetch) continue;
        ++fetches;
        end(good("fresh" + std::to_string(now.time_since_epoch().count()), now));
    }
    EXPECT_GT(fetches, 24);
    EXPECT_LE(fetches, 24 * 4);
}

TEST_F(Lifecycle, AMinTtlThatBroughtNoTokenIsTriedAgainAfterItsBackOff) {
    hold();
    now += 60s;
    ASSERT_EQ(get({.min_ttl = 3590s}).kind, step_kind::start_fetch);
    end(bad());
    EXPECT_EQ(get({.min_ttl = 3590s, .max_wait = 0s}).error.code, errc::iam_unavailable);
    now += 1s;
    EXPECT_EQ(get({.min_ttl = 3590s}).kind, step_kind::start_fetch);
    end(good("two", now));
    now += 60s;
    EXPECT_EQ(get({.min_ttl = 3590s}).error.code, errc::too_many_requests);
}

TEST_F(Lifecycle, MinTtlWithinWhatIsLeftIsServed) {
    hold();
    now += 600s;
    EXPECT_EQ(get({.min_ttl = 3000s}).kind, step_kind::serve);
    EXPECT_EQ(get({.min_ttl = 3001s}).kind, step_kind::start_fetch);
}
