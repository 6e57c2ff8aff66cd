// What earlier versions have kept, in the very bytes that they wrote (README.md): read whole, and of use.
#include "daemon/config/parse_config.hpp"
#include "daemon/kept/format.hpp"
#include "daemon/kept/guard_file.hpp"
#include "daemon/kept/selection.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct nobody final : name_resolver {
    std::optional<unsigned> user(const std::string&) const override { return std::nullopt; }
    std::optional<unsigned> group(const std::string&) const override { return std::nullopt; }
};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> texts(const json::value& object) {
    std::map<std::string, std::string> made;
    for (const auto& [name, value] : object.as_object()) made.emplace(name, value.as_string());
    return made;
}

/// One recording of one version.
struct recording {
    std::string name{};  ///< VERSION/SCENE
    std::string bytes{}; ///< of the state
    std::string guard{}; ///< of the guard's file
    config identities{};
    std::map<std::string, login_digest> logins{};
    std::map<std::string, std::string> tokens{};  ///< by IDENTITY/SCOPE, as they were served
    std::map<std::string, std::string> refused{}; ///< fingerprints, likewise
};

std::map<std::string, login_digest> digests(const config& of) {
    std::map<std::string, login_digest> made;
    for (const identity_config& each : of.identities) {
        const wiped_string text = login_text(each);
        SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), made[each.name].data());
    }
    return made;
}

recording load(const std::filesystem::path& folder) {
    recording made;
    made.name = folder.parent_path().filename() / folder.filename();
    made.bytes = text_of(folder / "state");
    made.guard = text_of(folder / "guard.json");
    parsed_config parsed = parse_config(text_of(folder / "tokenward.yaml"), made.name, nobody{});
    EXPECT_TRUE(parsed.ok()) << made.name;
    made.identities = std::move(parsed.value);
    made.logins = digests(made.identities);
    const json::value facts = json::parse(text_of(folder / "facts.json"));
    made.tokens = texts(facts.at("tokens"));
    made.refused = texts(facts.at("refused"));
    return made;
}

const std::vector<recording>& recordings() {
    static const std::vector<recording> all = [] {
        std::vector<recording> found;
        for (const auto& version : std::filesystem::directory_iterator(RECORDED_FOLDER))
            for (const auto& each : std::filesystem::directory_iterator(version))
                if (exists(each.path() / "state")) found.push_back(load(each.path()));
        return found;
    }();
    return all;
}

std::map<std::string, std::string> tokens_of(const kept_state& state) {
    std::map<std::string, std::string> held;
    for (const kept_entry& each : state.entries)
        if (each.life.held)
            held.emplace(each.of.identity + '/' + each.scope_name, each.life.held->value.reveal());
    return held;
}

std::map<std::string, std::string> refused_of(const kept_state& state) {
    std::map<std::string, std::string> refused;
    for (const kept_entry& each : state.entries)
        if (!each.life.refused.empty())
            refused.emplace(each.of.identity + '/' + each.scope_name, each.life.refused);
    return refused;
}

kept_state state_of(std::string_view name) {
    for (const recording& each : recordings())
        if (each.name == name) return parse_kept_state(each.bytes).value;
    throw std::runtime_error("not recorded: " + std::string(name));
}

const kept_source& source_of(const kept_state& state, std::string_view identity) {
    auto found = std::find_if(state.sources.begin(), state.sources.end(),
                              [&](const kept_source& each) { return each.of.identity == identity; });
    if (found == state.sources.end()) throw std::runtime_error("no source of " + std::string(identity));
    return *found;
}

TEST(RecordedState, IsReadWithoutAFaultAndHoldsWhatWasServedAndWhatWasRefused) {
    EXPECT_GE(recordings().size(), 7U);
    for (const recording& each : recordings()) {
        SCOPED_TRACE(each.name);
        const parsed_kept_state parsed = parse_kept_state(each.bytes);
        EXPECT_THAT(parsed.faults, IsEmpty());
        EXPECT_EQ(tokens_of(parsed.value), each.tokens);
        EXPECT_EQ(refused_of(parsed.value), each.refused);
    }
}

// Were login_text() to say anything new of the same configuration, each upgrade would cost a login.
TEST(RecordedState, IsOfTheLoginsThatTheSameConfigurationStillMeans) {
    for (const recording& each : recordings()) {
        SCOPED_TRACE(each.name);
        kept_state state = parse_kept_state(each.bytes).value;
        const instant now = state.written + 1s;
        const std::string boot = state.boot_id;
        const std::size_t sources = state.sources.size();
        const std::size_t entries = state.entries.size();
        const kept_selection made = select_kept(std::move(state), each.identities, each.logins, boot, now);
        for (const kept_selection::unrestored_part& part : made.unrestored)
            ADD_FAILURE() << part.identity << ' ' << part.scope << ": " << part.why;
        EXPECT_EQ(tokens_of(made.good), each.tokens);
        EXPECT_EQ(made.good.sources.size(), sources);
        EXPECT_EQ(made.good.entries.size(), entries);
    }
}

TEST(RecordedState, SaysWhatWasLearntOfTheIam) {
    const kept_state everything = state_of("0.1.0/everything");
    const kept_source& bot = source_of(everything, "bot");
    ASSERT_NE(bot.parent, nullptr);
    EXPECT_THAT(bot.parent->methods, ElementsAre("password", "totp"));
    EXPECT_EQ(bot.parent_opens_for, bot.parent->lifetime * 2 / 3);
    EXPECT_TRUE(bot.rescoped);
    EXPECT_TRUE(bot.clock_offset.has_value());
    EXPECT_EQ(source_of(everything, "ci").parent, nullptr);
    EXPECT_TRUE(source_of(state_of("0.1.0/no-rescoping"), "ci").never_rescopes);
    const kept_state person = state_of("0.1.0/person");
    EXPECT_TRUE(source_of(person, "person").receipt_seen);
    EXPECT_NE(source_of(person, "person").parent, nullptr);
}

TEST(RecordedState, OfANewerVersionIsPassedOverWithOneFault) {
    constexpr std::size_t version = std::string_view("tokenward-state\n").size();
    for (const recording& each : recordings()) {
        std::string newer = each.bytes;
        newer[version] = static_cast<char>(kept_version + 1);
        const parsed_kept_state parsed = parse_kept_state(newer);
        EXPECT_THAT(parsed.faults, ElementsAre(HasSubstr("its version is"))) << each.name;
        EXPECT_THAT(parsed.value.entries, IsEmpty()) << each.name;
        EXPECT_EQ(parsed.value.guard, "") << each.name;
    }
}

TEST(RecordedGuard, IsReadFromItsFileAndFromTheState) {
    std::size_t users = 0;
    for (const recording& each : recordings()) {
        SCOPED_TRACE(each.name);
        auto file = parse_guard_memory(each.guard);
        ASSERT_TRUE(file);
        const std::string kept = parse_kept_state(each.bytes).value.guard;
        if (file->users.empty()) continue;
        auto memory = parse_guard_memory(kept);
        ASSERT_TRUE(memory);
        EXPECT_EQ(memory->users, file->users);
        EXPECT_EQ(memory->salt, file->salt);
        users += file->users.size();
    }
    EXPECT_GE(users, 5U);
}

TEST(RecordedGuard, SaysWhatWasRefusedWhatWasUnderWayAndWhatWasSpent) {
    auto user = [](std::string_view name, std::size_t number = 0) {
        return parse_guard_memory(state_of(name).guard)->users.at(number);
    };
    EXPECT_EQ(user("0.1.0/rejected").secrets.at(0).refused, 2U);
    EXPECT_EQ(user("0.1.0/rejected").attempts.size(), 2U);
    EXPECT_EQ(user("0.1.0/in-flight").secrets.at(0).refused, 1U);
    EXPECT_TRUE(user("0.1.0/in-flight").secrets.at(0).in_flight);
    EXPECT_EQ(user("0.1.0/exhausted").secrets.size(), 2U);
    EXPECT_EQ(user("0.1.0/exhausted").attempts.size(), 4U);
    EXPECT_TRUE(user("0.1.0/everything", 1).totp_step.has_value());
}

} // namespace
} // namespace tokenward
