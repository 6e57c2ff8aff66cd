// The local side in a test's hands: a service with a stepped clock and a fake IAM, and callers of every kind.
#pragma once

#include "daemon/base/log.hpp"
#include "daemon/local/api/exchange.hpp"
#include "daemon/local/api/routes.hpp"
#include "daemon/local/api/token_answer.hpp"
#include "daemon/local/http/request_parser.hpp"
#include "tests/shell/fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace tokenward::local::testing {

using namespace std::chrono_literals;
using tokenward::testing::fake_clock;
using tokenward::testing::fake_source;

inline const std::string first_fp = "sha256:1111111111111111";
inline const std::string second_fp = "sha256:2222222222222222";

inline std::shared_ptr<token> make_token(const std::string& value, const std::string& fingerprint,
                                         duration life = 86'400s) {
    auto t = std::make_shared<token>();
    t->value = secret(value);
    t->fingerprint = fingerprint;
    t->issued_at = wall_time(1'800'000'000s);
    t->lifetime = life;
    t->expires_at = t->issued_at + std::chrono::duration_cast<std::chrono::microseconds>(life);
    t->user = {"u1", "ci-bot"};
    t->project = named_ref{"p1", "eu-de"};
    t->project_domain = named_ref{"d1", "OTC"};
    t->methods = {"password"};
    t->body = R"({"token":{"catalog":[{"type":"compute","name":"nova","endpoints":[)"
              R"({"interface":"public","region":"eu-de","region_id":"eu-de","url":"https://ecs.eu-de"},)"
              R"({"interface":"internal","region":"eu-de","region_id":"eu-de","url":"https://internal"}]},)"
              R"({"type":"block-storage","name":"evs","endpoints":[)"
              R"({"interface":"public","region":"*","url":"https://evs"}]}]}})";
    return t;
}

/// One answer as a client sees it.
struct reply {
    int status = 0;
    std::string head{};
    std::string body{};
    boost::json::value json() const { return boost::json::parse(body); }
    std::string field(const std::string& name) const {
        auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        at += name.size() + 4;
        return head.substr(at, head.find("\r\n", at) - at);
    }
    std::string code() const {
        auto type = boost::json::value_to<std::string>(json().at("type"));
        EXPECT_EQ(type.substr(0, 14), "urn:tokenward:");
        EXPECT_EQ(field("Content-Type"), "application/problem+json");
        EXPECT_EQ(json().at("status").as_int64(), status);
        return type.substr(14);
    }
};

inline reply split_reply(const std::string& text) {
    auto end = text.find("\r\n\r\n");
    EXPECT_NE(end, std::string::npos) << text;
    return {std::stoi(text.substr(9, 3)), text.substr(0, end + 2), text.substr(end + 4)};
}

struct fake_caller final : caller {
    std::optional<unsigned> number = 1000;
    std::set<unsigned> groups{};
    std::string in_unit{};
    bool unit_can_be_read = true;
    bool hides_groups = false;
    std::shared_ptr<const caller_facts> known =
        std::make_shared<caller_facts>(caller_facts{.has_names = true, .user = "somebody"});
    bool sees_all = true;
    std::optional<unsigned> uid() const override { return number; }
    bool in_group(unsigned gid) const override { return groups.contains(gid); }
    bool may_hide_groups() const override { return hides_groups; }
    std::optional<std::string_view> unit() const override {
        return unit_can_be_read ? std::optional<std::string_view>(in_unit) : std::nullopt;
    }
    std::string_view known_unit() const override { return in_unit; }
    std::shared_ptr<const caller_facts> facts() const override { return known; }
    bool sees_all_identities() const override { return sees_all; }
};

/// A connection without a socket: keeps the last answer.
class fake_connection final : public exchange, public std::enable_shared_from_this<fake_connection> {
  public:
    explicit fake_connection(unsigned uid) { peer.number = uid; }

    const caller& who() const override { return peer; }
    permission& permitted() override { return x_permission; }
    void answer(response r) noexcept override {
        EXPECT_FALSE(answered.has_value()) << "answered twice";
        answered.emplace(std::string(r.status_line()) + std::string(r.field()) + std::string(r.rest()));
    }
    void awaits(wait_id id) noexcept override { waits = id; }
    late_exchange later() override { return {weak_from_this(), 0}; }
    bool is_open(std::uint64_t) const noexcept override { return true; }
    void abandon(std::uint64_t, const char*) noexcept override {}

    fake_caller peer;
    std::optional<std::string> answered{};
    wait_id waits = 0;

  private:
    permission x_permission;
};

/// Identity `ci` with the scope `eu-de`, which uid 1000 may get and report on, 1001 manage too, 1002 only
/// report on; identity `other` for nobody. The daemon is uid 500.
class LocalSide : public ::testing::Test {
  protected:
    LocalSide() {
        tokenward::log::set_level(tokenward::log::level::error);
        service.configure(two_identities());
        run();
    }

    static access_rule rule(unsigned uid, verb_set verbs) {
        return {.name = std::to_string(uid), .id = uid, .verbs = verbs};
    }
    static config two_identities() {
        config c;
        identity_config& ci = c.identities.emplace_back();
        ci.name = "ci";
        ci.auth.auth_url = "https://iam.example/v3";
        ci.auth.username = "ci-bot";
        ci.scopes = {{"eu-de", {scope_kind::project_name, "eu-de", {}}}};
        ci.allow = {rule(1000, 3), rule(1001, 7), rule(1002, 2)};
        identity_config& other = c.identities.emplace_back();
        other.name = "other";
        other.on_demand = false;
        return c;
    }

    /// Runs whatever is ready, and waits for nothing.
    void run() {
        io.restart();
        while (io.poll() != 0) {
        }
    }
    /// Gives the fetch that waits this token.
    void give(std::shared_ptr<token> t) {
        source->answer(std::move(t));
        run();
    }
    void give_token() { give(make_token("the-token", first_fp)); }

    std::shared_ptr<fake_connection> connect(unsigned uid = 1000) {
        return std::make_shared<fake_connection>(uid);
    }

    /// Starts a request; its answer is in `connection.answered`, now or later.
    void start(fake_connection& connection, std::string text) {
        request_parser parser;
        request asked;
        ASSERT_EQ(parser.parse(text, asked), request_parser::outcome::complete) << text;
        connection.answered.reset();
        serve(around, asked, connection);
        run();
    }
    /// A request that is answered without the IAM.
    reply ask(fake_connection& connection, const std::string& text) {
        start(connection, text);
        EXPECT_TRUE(connection.answered.has_value()) << text;
        return connection.answered ? split_reply(*connection.answered) : reply{};
    }
    static std::string request_text(const std::string& method, const std::string& target,
                                    const std::string& fields = "", const std::string& body = "") {
        return method + " " + target +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               fields + "\r\n" + body;
    }
    reply get(const std::string& target, const std::string& fields = "", unsigned uid = 1000) {
        return ask(*connect(uid), request_text("GET", target, fields));
    }
    reply send(const std::string& method, const std::string& target, const std::string& fields = "",
               const std::string& body = "", unsigned uid = 1000) {
        return ask(*connect(uid), request_text(method, target, fields, body));
    }

    boost::asio::io_context io{1};
    fake_clock time;
    std::shared_ptr<fake_source> source = std::make_shared<fake_source>(io.get_executor(), time);
    token_service service{{.executor = io.get_executor(),
                           .time = time,
                           .jitter = [] { return 0.0; },
                           .make_source = [this](const identity_config&) { return source; }}};
    environment around{.service = service, .own_uid = 500, .version = "1.2.3", .started = time.at.boot};
};

} // namespace tokenward::local::testing
