// See control.hpp.
#include "tests/support/standin/control.hpp"

#include "tests/support/standin/refusal.hpp"
#include "tests/support/standin/totp.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view control_prefix = "/control/";

struct call {
    state& s;
    std::unique_lock<std::mutex>& lock;
    const power_switch* power;
    const request& from;
    json::object body; ///< empty when there was none
};

response ok(const json::object& body) {
    return json_response(200, json::serialize(body));
}
response failed(int status, const std::string& why) {
    return json_response(status, json::serialize(json::object{{"error", why}}));
}

json::object state_document(const state& s) {
    auto document = s.seen.to_json();
    document["tokens_alive"] = s.tokens.alive(s.now());
    document["faults_waiting"] = s.faults.size();
    document["settings"] = to_json(s.options);
    return document;
}

std::string text(const json::object& body, std::string_view key, std::string_view otherwise) {
    const auto* const value = body.if_contains(key);
    return std::string(value == nullptr ? otherwise : std::string_view(value->as_string()));
}

response tell_state(call& c) {
    return ok(state_document(c.s));
}

response set(call& c) {
    merge(c.s.options, c.body);
    return ok(to_json(c.s.options));
}

response change_identities(call& c) {
    c.s.people.merge(c.body);
    return ok({});
}

response revoke(call& c) {
    std::string user_id;
    if (const auto name = text(c.body, "user", ""); !name.empty()) {
        const auto* const who = c.s.people.find_user({.name = name});
        if (who == nullptr) throw std::invalid_argument("no user " + name);
        user_id = who->id;
    }
    return ok({{"revoked", c.s.tokens.revoke_of(user_id)}});
}

response add_fault(call& c) {
    c.s.faults.add(parse_fault(c.body));
    return ok({{"waiting", c.s.faults.size()}});
}

response clear_faults(call& c) {
    c.s.faults.clear();
    return ok({{"waiting", 0}});
}

response hold(call& c) {
    c.s.entrance.shut.insert(traffic_named(text(c.body, "path", "auth")));
    return ok({});
}

response release(call& c) {
    auto& gate = c.s.entrance;
    if (const auto* const count = c.body.if_contains("count")) {
        gate.permits += count->to_number<std::uint64_t>();
    } else {
        gate.shut.clear();
        gate.permits = 0;
        ++gate.openings;
    }
    return ok({});
}

std::uint64_t number(const std::string& digits) {
    std::uint64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, value).ptr != end || digits.empty())
        throw std::invalid_argument("not a number: " + digits);
    return value;
}

response wait(call& c) {
    auto terms = c.from.query;
    const auto limit = terms.extract("timeout");
    const std::chrono::seconds most(limit ? number(limit.mapped()) : 30);
    if (terms.size() != 1) throw std::invalid_argument("wait for one counter, such as ?logins=3");
    const std::string name = terms.begin()->first;
    const auto wanted = number(terms.begin()->second);
    if (!c.s.seen.counter(name)) throw std::invalid_argument("no counter " + name);
    const auto reached = [&] { return c.s.seen.counter(name) >= wanted; };
    // On one of the IAM's own connections, going down must not have to wait for this.
    const auto cut = [&, cuts = c.s.cuts] { return c.power == nullptr && c.s.cuts != cuts; };
    c.s.changed.wait_for(c.lock, most, [&] { return c.s.stopping || cut() || reached(); });
    return reached() ? ok(state_document(c.s))
                     : failed(504, name + " is " + std::to_string(*c.s.seen.counter(name)) + ", not " +
                                       std::to_string(wanted));
}

response tell_passcode(call& c) {
    const auto asked = c.from.query.find("user");
    const auto* const who =
        asked == c.from.query.end() ? nullptr : c.s.people.find_user({.name = asked->second});
    if (who == nullptr || who->totp_secret.empty())
        throw std::invalid_argument("no user with a TOTP secret is named; use ?user=NAME");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(c.s.now()).time_since_epoch().count();
    return ok({{"passcode", totp(who->totp_secret, seconds / 30)}, {"valid_for", 30 - seconds % 30}});
}

response switch_power(call& c, const std::function<void()> power_switch::*to) {
    if (c.power == nullptr)
        return failed(409, "this connection would be cut: start with --control-listen and ask there");
    c.lock.unlock(); // cutting connections waits for their threads, which want the mutex
    (c.power->*to)();
    c.lock.lock();
    return ok({});
}

response go_down(call& c) {
    return switch_power(c, &power_switch::down);
}
response go_up(call& c) {
    return switch_power(c, &power_switch::up);
}

struct endpoint {
    std::string_view method;
    std::string_view name;
    response (*handle)(call&);
};

constexpr std::array endpoints{
    endpoint{"GET", "state", tell_state},
    endpoint{"POST", "set", set},
    endpoint{"POST", "identities", change_identities},
    endpoint{"POST", "revoke", revoke},
    endpoint{"POST", "fault", add_fault},
    endpoint{"DELETE", "fault", clear_faults},
    endpoint{"POST", "hold", hold},
    endpoint{"POST", "release", release},
    endpoint{"GET", "wait", wait},
    endpoint{"GET", "passcode", tell_passcode},
    endpoint{"POST", "down", go_down},
    endpoint{"POST", "up", go_up},
};

} // namespace

bool is_control(const std::string& path) noexcept {
    return path.starts_with(control_prefix);
}

response control(state& s, const power_switch* power, const request& from) {
    const auto name = std::string_view(from.path).substr(control_prefix.size());
    const auto found = std::ranges::find_if(
        endpoints, [&](const endpoint& e) { return e.method == from.method && e.name == name; });
    if (found == endpoints.end()) return failed(404, "no " + from.method + " " + from.path);
    try {
        const auto body = from.body.empty() ? json::value(json::object{}) : json::parse(from.body);
        std::unique_lock lock(s.mutex);
        call c{s, lock, power, from, body.as_object()};
        auto answer = found->handle(c);
        s.changed.notify_all();
        return answer;
    } catch (const std::exception& e) {
        return failed(400, e.what());
    }
}

} // namespace tokenward::standin
