// What outlives a restart: its bytes, and what of it may be used.
#include "daemon/kept/format.hpp"
#include "daemon/kept/selection.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_token;
using testing::t0;

constexpr login_digest digest_of_ci = {1, 2, 3};

std::shared_ptr<token> rich_token() {
    auto t = make_token("a", t0);
    t->issued_at = wall_time(1'800'000'000s);
    t->expires_at = wall_time(1'800'003'600s);
    t->iam_date = wall_time(1'800'000'001s);
    t->user = {"u1", "ci-bot"};
    t->user_domain = {"d1", "D"};
    t->project = named_ref{"p1", "eu-de"};
    t->project_domain = named_ref{"d1", "D"};
    t->methods = {"password", "totp"};
    t->password_expires_at = wall_time(1'900'000'000s);
    t->mfa_authn_at = "2026-01-01T00:00:00Z";
    t->granted = 7200s;
    t->renew_ahead = 900s;
    t->renewable = false;
    t->body = R"({"token":{"catalog":[]}})";
    return t;
}

kept_state sample() {
    kept_state state{.boot_id = "b00t", .written = t0 + 1s, .wall_offset = 42h, .guard = "{}"};
    kept_source& source = state.sources.emplace_back();
    source.of = {"ci", digest_of_ci};
    source.clock_offset = 7h;
    source.parent = make_token("parent", t0);
    source.parent_opens_for = 2400s;
    source.rescoped = true;
    source.receipt_seen = true;
    kept_entry& held = state.entries.emplace_back();
    held.of = {"ci", digest_of_ci};
    held.scope_name = "eu-de";
    held.target = {scope_kind::project_name, "eu-de", {"", "D"}};
    held.life = {rich_token(), t0 + 3500s, t0 + 2400s, "sha256:old", 1, t0 - 60s};
    kept_entry& refused = state.entries.emplace_back();
    refused.of = {"ci", digest_of_ci};
    refused.scope_name = "project:other";
    refused.target = {scope_kind::project_name, "other", {"", "D"}};
    refused.opener = 1000;
    refused.life.refused = "sha256:gone";
    return state;
}

config with_ci() {
    config c;
    identity_config& ci = c.identities.emplace_back();
    ci.name = "ci";
    ci.auth.user_domain = {"", "D"};
    ci.scopes = {{"eu-de", {scope_kind::project_name, "eu-de", {"", "D"}}}};
    return c;
}

kept_selection select(kept_state state, instant now = t0 + 10s, const config& c = with_ci(),
                      std::string_view boot_id = "b00t") {
    return select_kept(std::move(state), c, {{"ci", digest_of_ci}}, boot_id, now);
}

TEST(KeptState, ComesBackAsItWas) {
    const wiped_string bytes = format_kept_state(sample());
    parsed_kept_state parsed = parse_kept_state(bytes);
    EXPECT_THAT(parsed.faults, IsEmpty());
    ASSERT_EQ(parsed.value.entries.size(), 2U);
    const kept_entry& entry = parsed.value.entries[0];
    const token& t = token_of(*entry.life.held);
    EXPECT_EQ(t.value.reveal(), "value of a");
    EXPECT_EQ(t.minted, t0);
    EXPECT_EQ(t.project, rich_token()->project);
    EXPECT_EQ(t.methods, rich_token()->methods);
    EXPECT_EQ(t.renew_ahead, rich_token()->renew_ahead);
    EXPECT_FALSE(t.renewable);
    EXPECT_EQ(entry.life.renew_at, t0 + 2400s);
    EXPECT_EQ(entry.life.expires, t0 + 3500s);
    EXPECT_EQ(parsed.value.entries[1].opener, 1000U);
    EXPECT_EQ(parsed.value.sources[0].clock_offset, duration(7h));
    EXPECT_EQ(parsed.value.guard, "{}");
    EXPECT_EQ(format_kept_state(parsed.value), bytes); // and so does all the rest
}

TEST(KeptState, TheVersionBeforeIsReadToo) {
    parsed_kept_state parsed = parse_kept_state(format_kept_state(sample(), kept_version - 1));
    EXPECT_THAT(parsed.faults, IsEmpty());
    ASSERT_EQ(parsed.value.entries.size(), 2U);
    EXPECT_EQ(parsed.value.entries[0].life.held->value.reveal(), "value of a");
    EXPECT_EQ(parsed.value.entries[0].life.refused, "sha256:old");
    EXPECT_EQ(parsed.value.entries[0].life.refused_in_row, 0U); // it did not know of that
}

TEST(KeptState, AnUnknownVersionIsRefusedAndSaid) {
    parsed_kept_state parsed = parse_kept_state(format_kept_state(sample(), kept_version + 1));
    EXPECT_TRUE(parsed.value.entries.empty());
    EXPECT_THAT(parsed.faults, ElementsAre(HasSubstr("its version is 3")));
}

TEST(KeptState, AnyDamagedByteCostsOneRecordAtTheMostAndIsSaid) {
    const wiped_string good = format_kept_state(sample());
    const std::size_t all = sample().entries.size() + sample().sources.size();
    for (std::size_t i = 16 + 4; i < good.size(); ++i) {
        wiped_string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x20);
        parsed_kept_state parsed = parse_kept_state(bad);
        EXPECT_FALSE(parsed.faults.empty()) << i;
        EXPECT_LE(parsed.value.entries.size() + parsed.value.sources.size(), all);
        for (const kept_entry& each : parsed.value.entries)
            EXPECT_TRUE(!each.life.held || each.life.held->value.reveal() == "value of a") << i;
    }
}

// The times mean nothing without the boot that they belong to.
TEST(KeptState, WithoutItsBootNothingOfItIsTaken) {
    wiped_string bytes = format_kept_state(sample());
    bytes[16 + 4 + 8] ^= 1; // the first record's first byte
    parsed_kept_state parsed = parse_kept_state(bytes);
    EXPECT_TRUE(parsed.value.entries.empty());
    EXPECT_TRUE(parsed.value.sources.empty());
    EXPECT_TRUE(parsed.value.guard.empty());
    EXPECT_THAT(parsed.faults, ElementsAre(HasSubstr("record 1 is left out"), HasSubstr("which boot")));
}

// A given one (v3token) may be older than the machine's uptime.
TEST(KeptState, ATokenThatWasMadeBeforeTheBootComesBack) {
    kept_state state = sample();
    auto given = make_token("given", t0);
    given->minted = instant(-10min);
    given->renewable = false;
    state.entries[0].life.held = given;
    parsed_kept_state parsed = parse_kept_state(format_kept_state(state));
    EXPECT_THAT(parsed.faults, IsEmpty());
    ASSERT_EQ(parsed.value.entries.size(), 2U);
    EXPECT_EQ(parsed.value.entries[0].life.held->minted, instant(-10min));
}

// A clock that is centuries off, before the boot or after all nanoseconds: the tokens are kept all the same.
TEST(KeptState, OffsetsOfClocksThatAreAbsurdAreLeftOutAlone) {
    for (duration absurd : {duration(-1), duration::min(), duration::max()}) {
        kept_state state = sample();
        state.wall_offset = absurd;
        state.sources[0].clock_offset = absurd;
        auto parsed = parse_kept_state(format_kept_state(state));
        EXPECT_THAT(parsed.faults, IsEmpty());
        EXPECT_EQ(parsed.value.wall_offset, std::nullopt);
        ASSERT_EQ(parsed.value.sources.size(), 1U);
        EXPECT_EQ(parsed.value.sources[0].clock_offset, std::nullopt);
        EXPECT_EQ(parsed.value.entries.size(), state.entries.size());
    }
}

TEST(KeptState, ATimeThatCouldNotBeReckonedWithCostsItsRecord) {
    kept_state state = sample();
    state.entries[0].life.renew_at = instant::min();
    auto parsed = parse_kept_state(format_kept_state(state));
    EXPECT_THAT(parsed.faults, ElementsAre(HasSubstr("a time is out of range")));
    state = sample();
    auto ended = std::make_shared<token>();
    ended->value = secret("value");
    ended->fingerprint = "sha256:x";
    ended->lifetime = 3600s;
    ended->expires_at = wall_time::max();
    state.entries[0].life.held = ended;
    parsed = parse_kept_state(format_kept_state(state));
    EXPECT_THAT(parsed.faults, ElementsAre(HasSubstr("a date is out of range")));
}

TEST(KeptState, OfOneThatWasCutTheBeginningIsTaken) {
    const wiped_string good = format_kept_state(sample());
    for (std::size_t size = 0; size < good.size(); ++size) {
        parsed_kept_state parsed = parse_kept_state(std::string_view(good).substr(0, size));
        EXPECT_FALSE(parsed.faults.empty()) << size;
    }
    EXPECT_EQ(parse_kept_state(std::string_view(good).substr(0, good.size() - 1)).value.entries.size(), 2U);
}

TEST(KeptSelection, WhatIsOfThisBootAndThisLoginIsTaken) {
    kept_selection made = select(sample());
    EXPECT_TRUE(made.unrestored.empty());
    EXPECT_EQ(made.good.entries.size(), 2U);
    EXPECT_EQ(made.good.sources.size(), 1U);
}

TEST(KeptSelection, NothingOutlivesABoot) {
    kept_selection made = select(sample(), t0 + 10s, with_ci(), "another");
    EXPECT_TRUE(made.good.entries.empty() && made.good.sources.empty());
    ASSERT_EQ(made.unrestored.size(), 1U);
    EXPECT_THAT(made.unrestored[0].why, HasSubstr("before the machine was booted"));
    EXPECT_TRUE(select(sample(), t0).good.entries.empty()); // a time before it was written is another boot's
}

TEST(KeptSelection, WhatIsOfAnotherLoginIsRefusedAloneAndSaid) {
    kept_state state = sample();
    state.entries[0].of.login = {9};
    kept_selection made = select(std::move(state));
    EXPECT_EQ(made.good.entries.size(), 1U);
    ASSERT_EQ(made.unrestored.size(), 1U);
    EXPECT_EQ(made.unrestored[0].scope, "eu-de");
    EXPECT_THAT(made.unrestored[0].why, HasSubstr("another configuration"));
}

TEST(KeptSelection, AScopeThatIsAnotherNowIsRefused) {
    config c = with_ci();
    c.identities[0].scopes[0].target.value = "eu-nl"; // the same name
    c.identities[0].on_demand = false;
    kept_selection made = select(sample(), t0 + 10s, c);
    EXPECT_TRUE(made.good.entries.empty());
    EXPECT_EQ(made.unrestored.size(), 2U);
}

TEST(KeptSelection, WhatHasEndedMeanwhileIsNotHeldAnyMore) {
    kept_selection made = select(sample(), t0 + 3500s); // before the token's own end
    EXPECT_TRUE(made.unrestored.empty());
    ASSERT_EQ(made.good.entries.size(), 2U);
    EXPECT_EQ(made.good.entries[0].life.held, nullptr);
    EXPECT_EQ(select(sample(), t0 + 3600s).good.sources[0].parent, nullptr);
}

TEST(KeptSelection, ATokenThatAServiceHasRefusedNeverComesBack) {
    kept_state state = sample();
    state.entries[0].life.refused = state.entries[0].life.held->fingerprint;
    EXPECT_EQ(select(std::move(state)).good.entries.size(), 1U);
}

TEST(KeptSelection, WhateverMakesAnotherLoginMakesAnotherText) {
    const identity_config before = with_ci().identities[0];
    const std::vector<std::function<void(identity_config&)>> changes{
        [](identity_config& i) { i.name = "other"; },
        [](identity_config& i) { i.auth.type = auth_type::token; },
        [](identity_config& i) { i.auth.multifactor = true; },
        [](identity_config& i) { i.auth.totp.emplace(); },
        [](identity_config& i) { i.auth.auth_url = "http://other/v3"; },
        [](identity_config& i) { i.auth.username = "other"; },
        [](identity_config& i) { i.auth.user_id = "other"; },
        [](identity_config& i) { i.auth.user_domain.name = "other"; },
        [](identity_config& i) { i.auth.project_domain.id = "other"; },
        [](identity_config& i) { i.auth.application_credential_id = "other"; },
        [](identity_config& i) { i.auth.application_credential_name = "other"; },
        [](identity_config& i) { i.auth.secret.name = "other"; },
        [](identity_config& i) { i.auth.secret.from = secret_ref::source::inline_text; },
        [](identity_config& i) { i.cacert = "other"; },
        [](identity_config& i) { i.verify = false; },
        [](identity_config& i) { i.cert = "other"; },
        [](identity_config& i) { i.key = "other"; },
        [](identity_config& i) { i.proxy.host = "other"; },
        [](identity_config& i) { i.proxy.port = "1"; },
        [](identity_config& i) { i.proxy.credentials = std::make_shared<const secret>("a:b"); },
        [](identity_config& i) { i.catalog = false; },
        [](identity_config& i) { i.rescope = rescope_mode::always; },
        [](identity_config& i) { i.passcode_notice = 5s; },
        [](identity_config& i) { i.validate_every = 5s; },
    };
    for (std::size_t n = 0; n < changes.size(); ++n) {
        identity_config after = before;
        changes[n](after);
        EXPECT_FALSE(same_login(after, before)) << n;
        EXPECT_NE(login_text(after), login_text(before)) << n;
    }
    identity_config after = before;
    after.allow.emplace_back();
    EXPECT_EQ(login_text(after), login_text(before));
}

} // namespace
} // namespace tokenward
