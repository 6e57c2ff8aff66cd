// What a key's life says of its future (next_deadline, status) and what it then does (due) agree, whatever
// has happened before: random histories, each from a fixed seed.
#include "daemon/core/lifecycle.hpp"
#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tokenward::testing {
namespace {

class history {
  public:
    explicit history(unsigned seed) : x_random(seed), x_life(one_in(2), t0) {}

    void step() {
        pass_time();
        happen();
    }

    // Nothing is due before the deadline, and something is then.
    void check_deadline() const {
        const instant deadline = x_life.next_deadline(x_now);
        if (deadline > x_now) {
            EXPECT_TRUE(nothing_happens_at(x_now));
            EXPECT_TRUE(nothing_happens_at(deadline == never ? x_now + 24h * 400 : deadline - 1ns));
        }
        if (deadline == never) return;
        const instant then = std::max(deadline, x_now);
        EXPECT_FALSE(nothing_happens_at(then));
        lifecycle later = x_life;
        if (later.due(then, fresh) == due_kind::retire) return;
        EXPECT_GT(later.next_deadline(then), then) << "a deadline that stays in the past would spin";
    }

    // What people are told is what happens.
    void check_status() const {
        const key_status said = x_life.status(x_now);
        const bool fetches = x_life.fetch_under_way() != 0;
        EXPECT_EQ(said.state == key_state::fetching || said.state == key_state::renewing, fetches);
        EXPECT_EQ(said.held != nullptr, lifecycle(x_life).serveable(x_now) != nullptr);
        EXPECT_EQ(said.held != nullptr, said.state == key_state::valid || said.state == key_state::renewing ||
                                            said.state == key_state::stale);
        EXPECT_FALSE(fetches && (said.renews || said.next_try));
        EXPECT_FALSE(said.next_try && said.last_error == nullptr);
        EXPECT_FALSE(said.next_try && said.renews && *said.next_try != *said.renews);
        if (said.held != nullptr) {
            EXPECT_EQ(said.held, lifecycle(x_life).serveable(said.expires - 1s));
            EXPECT_EQ(lifecycle(x_life).serveable(said.expires - 1s + 1ns), nullptr);
            EXPECT_LE(x_life.next_deadline(x_now), said.expires - 1s + 1ns);
        }
        if (said.renews || said.next_try) check_fetch_at(said, said.next_try ? *said.next_try : *said.renews);
    }

  private:
    static constexpr ticket fresh = 1'000'000;

    bool one_in(int n) { return std::uniform_int_distribution(1, n)(x_random) == 1; }
    std::chrono::seconds up_to(int seconds) {
        return std::chrono::seconds(std::uniform_int_distribution(0, seconds)(x_random));
    }

    bool nothing_happens_at(instant then) const {
        lifecycle later = x_life;
        return later.due(then, fresh) == due_kind::nothing && later.held() == x_life.held();
    }

    // At the time that is told a fetch begins, or the key is given up if nobody has asked for long; not
    // before.
    void check_fetch_at(const key_status& said, instant told) const {
        const instant then = std::max(told, x_now);
        if (said.held != nullptr && then > said.expires - 1s) return; // it has ended before
        lifecycle at_the_time = x_life;
        const due_kind done = at_the_time.due(then, fresh);
        EXPECT_TRUE(done == due_kind::fetch || (done == due_kind::retire && !x_life.configured()));
        if (then == x_now) return;
        lifecycle before = x_life;
        const due_kind early = before.due(then - 1ns, fresh);
        EXPECT_TRUE(early == due_kind::nothing || early == due_kind::validate);
    }

    void pass_time() {
        const instant deadline = x_life.next_deadline(x_now);
        if (one_in(2) && deadline != never) {
            x_now = std::max(x_now, deadline + (one_in(2) ? 0ns : one_in(2) ? 1ns : -1ns));
            if (!one_in(4)) do_what_is_due();
        } else if (one_in(2)) {
            x_now += one_in(2) ? up_to(10) : up_to(3000);
        }
    }

    void do_what_is_due() {
        if (x_life.due(x_now, ++x_last) == due_kind::retire) x_life = lifecycle(one_in(2), x_now);
    }

    void happen() {
        switch (std::uniform_int_distribution(0, 11)(x_random)) {
        case 0:
        case 1: (void)x_life.get({one_in(3) ? up_to(4000) : 0s, up_to(60)}, x_now, ++x_last); break;
        case 2: (void)x_life.renew(x_now, ++x_last); break;
        case 3:
        case 4: end_fetch(good(std::to_string(x_last), x_now - up_to(5), 5s + up_to(3600))); break;
        case 5: end_fetch(failure()); break;
        case 6: report(); break;
        case 7: (void)x_life.validated(x_life.validation_under_way(), verdict(), x_now); break;
        case 8: x_life.abandoned(); break;
        case 9: one_in(2) ? x_life.rearm(x_now) : x_life.clock_jumped(x_now); break;
        case 10: x_life.configure(one_in(2)); break;
        default: x_life.validate_every(one_in(2) ? 0s : 1s + up_to(600), x_now);
        }
    }

    void end_fetch(fetch_result with) {
        (void)x_life.fetched(x_life.fetch_under_way(), std::move(with), x_now, one_in(2) ? 0.0 : 0.99);
    }

    fetch_result failure() {
        const retry_rule rule = one_in(4)   ? retry_rule::rearm
                                : one_in(3) ? retry_rule::remember
                                            : retry_rule::back_off;
        fetch_result made = bad(one_in(3) ? errc::passcode_required : errc::iam_unavailable, rule);
        if (one_in(4)) std::get<fetch_failure>(made.outcome).error.retry_after = up_to(900);
        return made;
    }

    void report() {
        const report_effect may = one_in(2) ? report_effect::login : report_effect::validation;
        (void)x_life.report({}, x_now, ++x_last, may);
    }

    validity verdict() {
        return one_in(3) ? validity::dead : one_in(2) ? validity::alive : validity::unknown;
    }

    std::mt19937 x_random;
    instant x_now = t0;
    ticket x_last = 0;
    lifecycle x_life;
};

TEST(LifecyclePlan, WhatIsAnnouncedAndWhatIsDoneAgreeAfterAnyHistory) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        history one(seed);
        for (int i = 0; i < 120; ++i) {
            one.step();
            one.check_deadline();
            one.check_status();
            ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << i;
        }
    }
}

} // namespace
} // namespace tokenward::testing
