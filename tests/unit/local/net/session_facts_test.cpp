// A connection's first request waits for what rules need to know of the caller, and no other does.
#include "tests/unit/local/net/wire.hpp"

namespace tokenward::local::testing {
namespace {

/// Knows nothing until told to.
struct slow_directory final : caller_directory {
    std::shared_ptr<const caller_facts> find(unsigned, std::span<const unsigned>) override { return known; }
    bool wait_for(unsigned, std::span<const unsigned>, std::function<void()> done) override {
        ++asked;
        if (known) return false;
        waiting.push_back(std::move(done));
        return true;
    }
    std::uint64_t version() const noexcept override { return number; }
    unsigned share_of(unsigned uid) override { return uid == 0 ? 0 : owner.value_or(uid); }
    void answer() {
        for (auto& each : std::exchange(waiting, {})) each();
    }

    std::shared_ptr<const caller_facts> known{};
    std::vector<std::function<void()>> waiting{};
    std::optional<unsigned> owner{};
    std::uint64_t number = 1;
    int asked = 0;
};

class SessionFacts : public LocalSide {
  protected:
    SessionFacts()
        : pool(io,
               {.service = service, .own_uid = ::geteuid(), .started = time.at.boot, .directory = &directory},
               {.tick = std::chrono::hours(1)}) {
        give_token();
    }
    ~SessionFacts() override { directory.waiting.clear(); }

    wire open() {
        int fds[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        pool.admit(unique_fd(fds[0]));
        return wire(unique_fd(fds[1]));
    }
    std::string say(wire& client, const std::string& bytes) {
        client.send(bytes);
        run();
        return client.receive();
    }

    const std::string health = request_text("GET", "/healthz");
    slow_directory directory;
    session_pool pool;
};

TEST_F(SessionFacts, RequestsWaitForThemAndAreThenAnsweredInTheirOrder) {
    wire client = open();
    EXPECT_EQ(say(client, health + request_text("GET", "/v1/nothing") + health.substr(0, 9)), "");
    directory.answer();
    run();
    const std::string answers = client.receive();
    EXPECT_EQ(split_reply(answers).status, 200);
    EXPECT_NE(answers.find("HTTP/1.1 404"), std::string::npos);
    EXPECT_EQ(split_reply(say(client, health.substr(9))).status, 200);
    EXPECT_EQ(directory.asked, 1) << "it is asked once for a connection";
}

TEST_F(SessionFacts, TheyAreAskedForAgainWhenRulesNeedMore) {
    wire client = open();
    directory.known = std::make_shared<caller_facts>();
    EXPECT_EQ(split_reply(say(client, health)).status, 200);
    ++directory.number;
    directory.known = nullptr;
    EXPECT_EQ(say(client, health), "");
    directory.answer();
    run();
    EXPECT_EQ(split_reply(client.receive()).status, 200);
    EXPECT_EQ(directory.asked, 2);
}

TEST_F(SessionFacts, ACallerThatGoesAwayMeanwhileIsNotMissed) {
    wire client = open();
    say(client, health);
    client.close();
    directory.answer();
    run();
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(SessionFacts, AShutdownWaitsForNobody) {
    wire client = open();
    say(client, health);
    bool stopped = false;
    pool.stop(std::chrono::seconds(20), [&] { stopped = true; });
    directory.answer(); // as the daemon's end does
    run();
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(stopped);
}

} // namespace
} // namespace tokenward::local::testing
