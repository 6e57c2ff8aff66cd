// Names that hang, addresses that are dead, IPv6: how a connection to the IAM comes about, and how long it
// may take.
#include "tests/support/iam_standin.hpp"
#include "tests/support/tcp_listener.hpp"
#include "tests/unit/iam/net/one_client.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using support::black_hole;
using support::iam_standin;
using support::tcp_listener;

constexpr auto far_off = 60s; // reached only when the test fails

tcp::endpoint at(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
}

/// A name that has these addresses.
lookup_function always(const endpoints& addresses) {
    return [addresses](const std::string&, const std::string&) { return addresses; };
}

/// A name service that does not answer until it is told to. Its threads may outlive it.
class slow_names {
  public:
    explicit slow_names(endpoints addresses) { x_state->addresses = std::move(addresses); }
    ~slow_names() { answer(); }
    void answer() {
        const std::lock_guard lock(x_state->mutex);
        x_state->open = true;
        x_state->changed.notify_all();
    }
    int asked() {
        const std::lock_guard lock(x_state->mutex);
        return x_state->asked;
    }
    lookup_function function() {
        return [s = x_state](const std::string&, const std::string&) {
            std::unique_lock lock(s->mutex);
            ++s->asked;
            s->changed.wait(lock, [&] { return s->open; });
            return s->addresses;
        };
    }

  private:
    struct state {
        std::mutex mutex;
        std::condition_variable changed;
        endpoints addresses;
        bool open = false;
        int asked = 0;
    };
    std::shared_ptr<state> x_state = std::make_shared<state>();
};

https_options within(std::chrono::milliseconds limit, lookup_function look_up) {
    https_options o;
    o.connect_timeout = limit;
    o.look_up = std::move(look_up);
    return o;
}

} // namespace

TEST(IamName, LookUpThatHangsEndsWithTheTimeForConnecting) {
    slow_names names({});
    one_client client("http://iam.example:5000/v3", within(100ms, names.function()));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_EQ(client.failure().code, errc::iam_unavailable);
    EXPECT_EQ(client.failure().detail,
              "iam.example:5000 can't be reached: its name is not found: the system's "
              "name service does not answer");
    EXPECT_GE(client.took(), 100ms);
    EXPECT_LT(client.took(), far_off);
}

TEST(IamName, IsLookedUpByOneThreadHoweverManyWait) {
    slow_names names({});
    one_client client("http://iam.example:5000/v3", within(50ms, names.function()));
    for (auto& answer : client.ask(5)) EXPECT_FALSE(answer);
    for (auto& answer : client.ask(5)) EXPECT_FALSE(answer);
    EXPECT_LE(names.asked(), 1) << "0: the thread has not come to it yet";
}

TEST(IamName, AnswerThatCameTooLateServesTheNextRequest) {
    iam_standin iam;
    slow_names names({at(iam.port())});
    one_client client("http://iam.example:5000/v3", within(50ms, names.function()));
    EXPECT_EQ(client.status(), 0U);
    names.answer();
    while (client.status() == 0) EXPECT_LE(names.asked(), 1);
    EXPECT_EQ(names.asked(), 1);
}

TEST(IamName, ThatNobodyKnowsIsSaidToBeUnknown) {
    https_options o;
    one_client client("https://iam.invalid/v3", o);
    EXPECT_EQ(client.status(), 0U);
    EXPECT_EQ(client.failure().detail.find("iam.invalid can't be reached: its name is not found: "), 0U)
        << client.failure().detail;
}

TEST(IamName, OfThisMachineIsFoundByTheSystem) {
    iam_standin iam;
    one_client client("http://localhost:" + std::to_string(iam.port()) + "/v3", {});
    EXPECT_EQ(client.status(), 200U);
}

TEST(IamAddress, DeadOneCostsItsShareAndTheNextIsTried) {
    iam_standin iam;
    black_hole dead;
    https_options o = within(far_off, always({at(dead.port()), at(iam.port())}));
    EXPECT_EQ(o.address_timeout, 1s) << "by default";
    o.address_timeout = 50ms;
    one_client client("http://iam.example:5000/v3", o);
    EXPECT_EQ(client.status(), 200U);
    EXPECT_GE(client.took(), 50ms) << "it was tried";
    EXPECT_LT(client.took(), far_off / 2);
}

TEST(IamAddress, ThatRefusesCostsNothing) {
    iam_standin iam;
    std::uint16_t closed = tcp_listener().port();
    one_client client("http://iam.example:5000/v3", within(far_off, always({at(closed), at(iam.port())})));
    EXPECT_EQ(client.status(), 200U);
}

TEST(IamAddress, EachIsTriedWithinTheTimeForConnectingAndTheLastHasTheRest) {
    black_hole dead;
    https_options o = within(1s, always({at(dead.port()), at(dead.port()), at(dead.port())}));
    o.address_timeout = 50ms;
    one_client client("http://iam.example:5000/v3", o);
    EXPECT_EQ(client.status(), 0U);
    EXPECT_GE(client.took(), 990ms);
    const std::string detail = client.failure().detail;
    const std::string first = "127.0.0.1: no answer within 50 ms";
    EXPECT_NE(detail.find(first + "; " + first + "; 127.0.0.1: no answer within "), std::string::npos)
        << detail;
    EXPECT_EQ(detail.find(first, detail.rfind(';')), std::string::npos) << detail;
}

TEST(IamAddress, ManyDeadOnesStillLeaveTimeForTheLast) {
    iam_standin iam;
    black_hole dead;
    endpoints many(20, at(dead.port()));
    many.push_back(at(iam.port()));
    one_client client("http://iam.example:5000/v3", within(2s, always(many)));
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
}

TEST(IamAddress, CanBeOfIpv6) {
    if (!support::has_ipv6_loopback()) GTEST_SKIP() << "this machine has no ::1";
    iam_standin iam({.address = "::1"});
    https_options never = within(far_off, [](const std::string& host, const std::string&) {
        ADD_FAILURE() << host << " is no name";
        return endpoints{};
    });
    one_client client(iam.auth_url(), never);
    EXPECT_EQ(iam.auth_url().find("http://[::1]:"), 0U);
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
    iam.down();
    EXPECT_EQ(client.status(), 0U);
    EXPECT_NE(client.failure().detail.find("[::1]:"), std::string::npos) << client.failure().detail;
}

TEST(IamAddress, ThatTakesConnectionsAndSaysNothingEndsInTime) {
    tcp_listener silent;
    const std::string place = "127.0.0.1:" + std::to_string(silent.port());
    one_client client("https://" + place + "/v3", within(1s, look_up_with_system));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_EQ(client.failure().detail, place + " can't be reached: the TLS handshake did not end within 1 s");
}

} // namespace tokenward::iam
