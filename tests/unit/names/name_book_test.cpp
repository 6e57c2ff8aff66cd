// Names of rules and a name service that is late, hangs or is gone: the event loop goes on.
#include "daemon/names/name_book.hpp"
#include "tests/shell/fakes.hpp"
#include "tests/unit/names/blocking_names.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace tokenward::testing {
namespace {

class NameBook : public ::testing::Test {
  protected:
    ~NameBook() override { names->let_go(); }

    static config rules_for(const std::string& user) {
        config c;
        c.identities.emplace_back().allow.push_back({.who = access_rule::subject::user, .name = user});
        return c;
    }
    static std::optional<unsigned> number_in(const config& c) { return c.identities.at(0).allow.at(0).id; }
    std::optional<unsigned> number_of(const std::string& user) {
        config c = rules_for(user);
        book.fill(c);
        return number_in(c);
    }
    /// Runs the event loop until `holds`.
    template <class Holds>
    bool runs_until(Holds holds) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (!holds() && std::chrono::steady_clock::now() < until) {
            io.restart();
            io.run_for(5ms);
        }
        return holds();
    }

    boost::asio::io_context io{1};
    kernel_clock time;
    std::shared_ptr<blocking_names> names = std::make_shared<blocking_names>();
    int changes = 0;
    name_book book{io.get_executor(), time, names, [this] { ++changes; }};
};

TEST_F(NameBook, AtTheStartNumbersAreThereWhenTheDatabaseAnswers) {
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    book.begin(c, 20s);
    EXPECT_EQ(number_in(c), 1005U);
}

TEST_F(NameBook, ALookUpThatHangsHoldsTheStartUpNoLongerThanSaid) {
    names->hang("u:bob");
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    book.begin(c, 10ms);
    EXPECT_EQ(number_in(c), std::nullopt);
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return changes == 1; })) << "and is taken up when it comes";
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(NameBook, ManyThatHangDoNotHoldUpOneThatDoesNot) {
    config c = rules_for("quick");
    for (int i = 0; i < 20; ++i) {
        names->hang("u:slow" + std::to_string(i));
        c.identities[0].allow.push_back(
            {.who = access_rule::subject::user, .name = "slow" + std::to_string(i)});
    }
    names->add("u:quick", 1001);
    book.begin(c, 10ms);
    EXPECT_TRUE(runs_until([&] { return number_of("quick") == 1001U; }))
        << "though it comes first in no order";
}

TEST_F(NameBook, ANameThatComesLateIsFoundWithoutAReload) {
    config c = rules_for("bob");
    book.begin(c, 20s);
    EXPECT_EQ(number_in(c), std::nullopt);
    names->add("u:bob", 1005);
    EXPECT_TRUE(runs_until([&] { return changes == 1; }));
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(NameBook, AReloadWaitsForItsNamesButNotForTheEventLoop) {
    names->add("u:bob", 1005);
    names->hang("u:bob");
    std::optional<config> taken;
    book.take_up(rules_for("bob"), 20s, [&](config next) { taken = std::move(next); });
    EXPECT_TRUE(names->wait_for_calls(1));
    io.poll();
    EXPECT_FALSE(taken);
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return taken.has_value(); }));
    EXPECT_EQ(number_in(*taken), 1005U);
    EXPECT_EQ(changes, 0) << "said once";
}

TEST_F(NameBook, AReloadGoesOnWithoutANameThatHangs) {
    names->hang("u:bob");
    std::optional<config> taken;
    book.take_up(rules_for("bob"), 10ms, [&](config next) { taken = std::move(next); });
    EXPECT_TRUE(runs_until([&] { return taken.has_value(); }));
    EXPECT_EQ(number_in(*taken), std::nullopt);
}

TEST_F(NameBook, AReloadWhileTheDatabaseIsGoneKeepsTheNumberAndIsNotDelayed) {
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    book.begin(c, 20s);
    names->hang("u:bob");
    names->remove("u:bob");
    std::optional<config> taken;
    book.take_up(rules_for("bob"), 20s, [&](config next) { taken = std::move(next); });
    ASSERT_TRUE(taken) << "at once";
    EXPECT_EQ(number_in(*taken), 1005U);
    names->let_go();
    EXPECT_TRUE(names->wait_for_calls(2));
    io.run_for(10ms);
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(NameBook, TheLastOfSeveralReloadsCounts) {
    names->hang("u:bob");
    names->hang("u:eve");
    int first = 0;
    std::optional<config> second;
    book.take_up(rules_for("bob"), 10ms, [&](config) { ++first; });
    book.take_up(rules_for("eve"), 10ms, [&](config next) { second = std::move(next); });
    EXPECT_TRUE(runs_until([&] { return second.has_value(); }));
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second->identities[0].allow[0].name, "eve");
}

TEST_F(NameBook, OneThatHangsDoesNotHoldUpTheEnd) {
    names->hang("u:bob");
    {
        name_book ends(io.get_executor(), time, names, [] { ADD_FAILURE() << "called after its end"; });
        config c = rules_for("bob");
        ends.begin(c, 1ms);
        ASSERT_TRUE(names->wait_for_calls(1));
    }
    names->let_go();
    io.run_for(10ms);
}

} // namespace
} // namespace tokenward::testing
