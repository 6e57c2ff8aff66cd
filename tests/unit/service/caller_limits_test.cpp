// What a report may set going, by what its caller may still cost.
#include "daemon/service/caller_limits.hpp"

#include "daemon/base/log.hpp"

#include <gtest/gtest.h>

#include <list>
#include <string>

using namespace tokenward;
using namespace std::chrono_literals;

namespace {

class CallerLimits : public ::testing::Test {
  protected:
    CallerLimits() {
        log::set_level(log::level::warning);
        limits.configure({}, {{.name = "ci"}});
    }
    refusal_charge charge(report_result kind, bool awaited, instant now) {
        return limits.charge_refusal(entry, kind, awaited, all, one, now);
    }
    void use_up(instant now) {
        while (limits.charge("ci", one, now)) {
        }
    }
    /// How often the log is told while the limit is hit again and again.
    std::size_t lines(instant now) {
        ::testing::internal::CaptureStderr();
        use_up(now);
        for (int i = 0; i < 5; ++i) (void)limits.check("ci", one, now);
        const std::string text = ::testing::internal::GetCapturedStderr();
        std::size_t count = 0;
        for (auto at = text.find("limit_reached"); at != std::string::npos;
             at = text.find("limit_reached", at + 1))
            ++count;
        return count;
    }

    const instant t0{1000h};
    const requester one{.uid = 1000};
    caller_limits limits;
    cache_entry entry{1, {"ci", "eu-de"}, {}, true, t0, {}};
    std::list<cache_entry*> all{&entry};
};

} // namespace

TEST_F(CallerLimits, WhatCostsTheIamNothingIsNotCharged) {
    use_up(t0);
    for (auto kind : {report_result::nothing_held, report_result::already_replaced, report_result::damped,
                      report_result::wait_validation})
        EXPECT_EQ(charge(kind, true, t0).may, report_effect::login);
    EXPECT_EQ(charge(report_result::invalidated, false, t0).may, report_effect::login)
        << "nobody waits for another";
}

TEST_F(CallerLimits, BeyondThemTheIamIsAskedSeldomAndThenNothingHappens) {
    EXPECT_EQ(charge(report_result::invalidated, true, t0).may, report_effect::login);
    use_up(t0);
    refusal_charge over = charge(report_result::invalidated, true, t0);
    EXPECT_EQ(over.may, report_effect::validation);
    EXPECT_TRUE(over.over_limit);
    for (int i = 0; i < 1000 && over.may; ++i) over = charge(report_result::validate, true, t0);
    EXPECT_FALSE(over.may) << "so many questions at once are not asked";
    EXPECT_EQ(over.over_limit->code, errc::too_many_requests);
}

TEST_F(CallerLimits, TheLogIsToldOnceAMinute) {
    EXPECT_EQ(lines(t0), 1U);
    EXPECT_EQ(lines(t0 + 59s), 0U);
    EXPECT_EQ(lines(t0 + 60s), 1U);
}
