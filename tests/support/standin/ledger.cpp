// See ledger.hpp.
#include "tests/support/standin/ledger.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <strings.h>

#include <algorithm>
#include <array>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

bool holds_secret(const std::string& header) {
    static constexpr std::array names{"X-Auth-Token", "X-Subject-Token", "Authorization",
                                      "Openstack-Auth-Receipt"};
    return std::ranges::any_of(names,
                               [&](const char* name) { return ::strcasecmp(name, header.c_str()) == 0; });
}

json::object shown(const request& seen) {
    json::object headers;
    for (const auto& [name, value] : seen.headers)
        headers[name] = holds_secret(name) ? fingerprint(value) : value;
    return {{"method", seen.method}, {"target", seen.target}, {"headers", headers}};
}

} // namespace

std::string fingerprint(std::string_view token) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::string text = "sha256:";
    for (std::size_t i = 0; i < 8; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

login_label login_label::of(const login_request& login) {
    return {login.wanted.text(), login.user_text(), login.method_text()};
}

void ledger::tally::end(outcome how) {
    switch (how) {
    case outcome::succeeded: ++succeeded; break;
    case outcome::refused: ++refused; break;
    case outcome::faulted: ++faulted; break;
    }
}

json::object ledger::tally::to_json() const {
    return {{"attempted", attempted}, {"succeeded", succeeded}, {"refused", refused}, {"faulted", faulted}};
}

template <class F>
void ledger::each(const login_label& label, F change) {
    change(x_logins);
    change(x_by_scope[label.scope]);
    change(x_by_method[label.method]);
    if (!label.user.empty()) change(x_by_user[label.user]);
}

void ledger::note_request(traffic kind, const request& seen) {
    ++x_requests;
    if (kind == traffic::validate) ++(seen.method == "DELETE" ? x_revocations : x_validations);
    x_last[kind] = seen;
    x_last[kind].body.clear();
}

void ledger::note_login_begun(const login_label& label) {
    each(label, [](tally& count) { ++count.attempted; });
    x_most_in_flight = std::max(x_most_in_flight, ++x_in_flight);
}

void ledger::note_login_over(const login_label& label, outcome how) {
    each(label, [how](tally& count) { count.end(how); });
    --x_in_flight;
}

std::optional<std::uint64_t> ledger::counter(std::string_view name) const {
    if (name == "logins") return x_logins.attempted;
    if (name == "succeeded") return x_logins.succeeded;
    if (name == "held") return x_held;
    if (name == "validations") return x_validations;
    if (name == "revocations") return x_revocations;
    if (name == "service") return x_service_accepted + x_service_refused;
    if (name == "requests") return x_requests;
    if (name == "connections") return x_connections;
    return std::nullopt;
}

json::object ledger::table(const tallies& from) {
    json::object result;
    for (const auto& [name, count] : from) result[name] = count.to_json();
    return result;
}

json::object ledger::to_json() const {
    auto logins = x_logins.to_json();
    logins["in_flight"] = x_in_flight;
    logins["most_in_flight"] = x_most_in_flight;
    logins["by_scope"] = table(x_by_scope);
    logins["by_user"] = table(x_by_user);
    logins["by_method"] = table(x_by_method);
    json::object last;
    for (const auto& [kind, seen] : x_last) last[name_of(kind)] = shown(seen);
    return {{"logins", logins},
            {"held", x_held},
            {"validations", x_validations},
            {"revocations", x_revocations},
            {"service", {{"accepted", x_service_accepted}, {"refused", x_service_refused}}},
            {"requests", x_requests},
            {"connections", {{"accepted", x_connections}, {"open", x_open_connections}}},
            {"last", last}};
}

} // namespace tokenward::standin
