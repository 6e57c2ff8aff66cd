// Random histories of logins beside each other: what must hold whatever is refused, lost or killed.
#include "tests/unit/core/login_flow_fixture.hpp"

#include <algorithm>
#include <list>
#include <random>
#include <set>

namespace tokenward::testing {
namespace {

using action = login_step::action;

/// A Keystone: 401 to a wrong password and to an unknown project alike.
class login_history {
  public:
    explicit login_history(unsigned seed) : x_random(seed) {
        b.identity.rescope = pick({rescope_mode::off, rescope_mode::automatic, rescope_mode::always});
        b.identity.scopes = {{"a", project("a")}, {"no1", project("no1")}};
        if (chance(50)) {
            b.identity.auth.multifactor = true;
            b.identity.auth.totp = totp_config{};
            b.totp_key = std::make_shared<const secret>("key");
        }
        b.know("first", chance(80) ? "second" : "");
        x_right = pick({"first", "second", "third"});
        x_rescopes = chance(80);
        x_loss = pick({0, 20, 50});
        x_kills = pick({0, 2});
    }

    bool has_right_secret() const {
        return std::any_of(b.secrets.begin(), b.secrets.end(),
                           [&](const login_secret& each) { return each.value->reveal() == x_right; });
    }

    /// Flows begin, go on in any order, are lost and killed; then all of them end.
    void be_busy() {
        for (int i = 0; i < 300; ++i) {
            if (x_flows.size() < 4 && chance(20)) begin(any_scope());
            if (chance(x_kills)) restart();
            if (chance(3) && !is_sending()) b.step(std::chrono::seconds(pick({1, 30, 300, 1000})));
            go_on();
        }
        while (!x_flows.empty()) go_on();
    }

    /// The IAM is well, and time has passed. What became of the last of some fetches of a scope.
    std::string settle(const std::string& name) {
        x_loss = 0;
        std::string end;
        for (int tries = 0; tries < 3 && end != (is_there(name) ? "token" : "unknown scope"); ++tries) {
            b.step(16min);
            begin(project(name));
            while (!x_flows.empty()) go_on();
            end = x_last_end;
        }
        return end;
    }

  private:
    struct running {
        std::unique_ptr<login_flow> flow;
        scope target;
        login_step next;
        std::optional<instant> until{};
    };
    struct sent_login {
        std::string value;
        instant at;
    };
    /// What the guard has to know, from the IAM's side.
    struct facts {
        std::map<std::string, int> refused{}; // since it was last accepted
        std::set<std::string> proven{};
        std::vector<sent_login> counted{};
    };

    template <class T>
    T pick(std::initializer_list<T> of) {
        return of.begin()[x_random() % of.size()];
    }
    bool chance(int percent) { return static_cast<int>(x_random() % 100) < percent; }
    static bool is_there(const std::string& name) { return !name.starts_with("no"); }
    scope any_scope() {
        const char* name = pick({"a", "b", "no1", "no2", ""});
        return *name == 0 ? scope{} : project(name);
    }

    void begin(const scope& target) {
        auto flow = std::make_unique<login_flow>(b.state(), target, 0s);
        login_step first = flow->resume({}, b.time());
        x_flows.push_back({std::move(flow), target, std::move(first)});
    }

    bool is_sending() const {
        return std::any_of(x_flows.begin(), x_flows.end(),
                           [](const running& each) { return each.flow->has_open_login(); });
    }

    bool may_go_on(const running& one) const {
        const auto others = [&](auto holds) {
            return std::any_of(x_flows.begin(), x_flows.end(),
                               [&](const running& each) { return &each != &one && (*each.flow.*holds)(); });
        };
        if (one.next.what == action::wait_for_user) return !others(&login_flow::holds_user_turn);
        if (one.next.what == action::wait_for_parent) return !others(&login_flow::holds_parent_turn);
        return !one.until || *one.until <= b.now.boot;
    }

    void go_on() {
        std::vector<std::list<running>::iterator> ready;
        for (auto each = x_flows.begin(); each != x_flows.end(); ++each)
            if (may_go_on(*each)) ready.push_back(each);
        if (ready.empty()) return b.step(1s);
        const auto one = ready[x_random() % ready.size()];
        if (one->next.what == action::wait && !one->until) {
            one->until = b.now.boot + one->next.pause;
            return;
        }
        one->until.reset();
        one->next = one->flow->resume(take(one->next), b.time());
        if (one->next.what != action::done) return;
        ended(*one);
        x_flows.erase(one);
    }

    login_event take(const login_step& step) {
        switch (step.what) {
        case action::read_secrets: return secrets_read(b.secrets);
        case action::record:
            x_kept = b.guard.save(b.now);
            x_kept_facts = x_facts;
            break;
        case action::probe: return probe_answer{!chance(x_loss / 2), ""};
        case action::ask_time: return probe_answer{true};
        case action::send: return send(step.request);
        case action::validate: return validation{validity::alive};
        default: break;
        }
        return {};
    }

    login_answer send(const login_request& request) {
        b.step(std::chrono::milliseconds(pick({1, 300, 4000})));
        const bool missing = !is_there(request.target.value);
        if (request.method == login_method::token) {
            if (chance(x_loss)) return failed(503);
            if (!x_rescopes) return no_such_scope(403);
            return missing ? no_such_scope(401) : granted(make_token("scoped", b.now.boot));
        }
        const std::string value(request.value->reveal());
        if (request.totp_key) {
            EXPECT_TRUE(x_steps.insert(request.totp_step).second) << "a passcode is sent once";
        }
        count(value);
        if (chance(x_loss)) return unanswered(login_reach::answer_lost);
        const bool accepts = value == x_right && !missing;
        if (accepts || !x_facts.proven.contains(value)) forget_last();
        if (accepts) {
            std::erase_if(x_facts.counted, [&](const sent_login& each) { return each.value == value; });
            x_facts.refused.erase(value);
            x_facts.proven.insert(value);
            return granted(make_token("login", b.now.boot));
        }
        x_facts.counted.push_back({value, b.now.boot});
        x_facts.proven.erase(value);
        EXPECT_LE(++x_facts.refused[value], 2) << "of " << value;
        return refused();
    }
    // Until it is answered it may be refused. The file has it already.
    void count(const std::string& value) {
        // The guard has counted it before it waited for its passcode.
        const duration window = lockout_guard::attempt_window - 1min;
        const auto recent =
            std::count_if(x_facts.counted.begin(), x_facts.counted.end(),
                          [&](const sent_login& each) { return b.now.boot - each.at < window; });
        EXPECT_LT(recent, 4) << "in a quarter of an hour";
        if (x_facts.proven.contains(value)) return;
        x_facts.counted.push_back({value, b.now.boot});
        x_kept_facts.counted.push_back({value, b.now.boot});
    }
    void forget_last() {
        if (!x_facts.counted.empty()) x_facts.counted.pop_back();
    }

    /// Killed, and started again at once; what is not in the guard's file is lost, and the rest may be.
    void restart() {
        const bool keeps = chance(50);
        const kept_source kept = b.state().keep();
        x_flows.clear();
        b.start_anew(x_kept);
        x_facts = x_kept_facts;
        if (keeps) b.state().restore(kept);
    }

    void ended(running& one) {
        fetch_result& made = one.flow->outcome();
        const bool there = is_there(one.target.value);
        if (token_in(made) != nullptr) {
            EXPECT_TRUE(there);
            x_last_end = "token";
            return;
        }
        const fetch_failure& failure = failure_in(made);
        const bool no_scope =
            failure.error.code == errc::unknown_scope || failure.error.code == errc::no_such_resource;
        x_last_end = no_scope ? "unknown scope" : "failed";
        if (!has_right_secret()) return;
        EXPECT_NE(failure.retry, retry_rule::rearm) << "it would never be tried again";
        EXPECT_FALSE(x_rescopes && there && no_scope);
    }

    flow_bench b{};
    std::mt19937 x_random;
    std::string x_right{};
    bool x_rescopes = true;
    int x_loss = 0;
    int x_kills = 0;
    std::list<running> x_flows{};
    std::set<std::int64_t> x_steps{};
    facts x_facts{};
    facts x_kept_facts{};
    guard_state x_kept{};
    std::string x_last_end{};
};

TEST(LoginHistories, KeepTheGuardsPromisesAndFindTheRightSecret) {
    for (unsigned seed = 1; seed <= 500 && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        login_history all(seed);
        all.be_busy();
        for (const char* name : {"no1", "a", "b", "no2"}) {
            std::string wanted = std::string_view(name).starts_with("no") ? "unknown scope" : "token";
            if (!all.has_right_secret()) wanted = "failed";
            EXPECT_EQ(all.settle(name), wanted) << name;
        }
    }
}

} // namespace
} // namespace tokenward::testing
