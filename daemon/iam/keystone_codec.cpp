// See keystone_codec.hpp. Refusals stand in keystone_refusal.cpp.
#include "daemon/iam/keystone_codec.hpp"

#include "daemon/iam/keystone_refusal.hpp"
#include "daemon/iam/times.hpp"

#include <boost/json.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tokenward::iam {
namespace {

namespace json = boost::json;

json::object domain_object(const domain_ref& domain) {
    if (!domain.id.empty()) return {{"id", domain.id}};
    return {{"name", domain.name}};
}

json::object scope_object(const scope& target) {
    switch (target.kind) {
    case scope_kind::project_id: return {{"project", {{"id", target.value}}}};
    case scope_kind::project_name: {
        json::object project{{"name", target.value}};
        if (!target.domain.empty()) project.emplace("domain", domain_object(target.domain));
        return {{"project", std::move(project)}};
    }
    case scope_kind::domain_id: return {{"domain", {{"id", target.value}}}};
    case scope_kind::domain_name: return {{"domain", {{"name", target.value}}}};
    case scope_kind::unscoped: break;
    }
    return {};
}

/// The text's JSON form, quotes included, in wiped memory.
void append_json_string(wiped_string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string text_at(const json::object& o, std::string_view key) {
    const json::value* v = o.if_contains(key);
    return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

const json::object* object_at(const json::object& o, std::string_view key) {
    const json::value* v = o.if_contains(key);
    return v != nullptr ? v->if_object() : nullptr;
}

named_ref named(const json::object& o) { return {text_at(o, "id"), text_at(o, "name")}; }

/// `name` and, inside it, `domain`.
void read_named(const json::object& from, std::string_view key, std::optional<named_ref>& into, std::optional<named_ref>* domain) {
    const json::object* o = object_at(from, key);
    if (o == nullptr) return;
    into = named(*o);
    if (domain == nullptr) return;
    if (const json::object* d = object_at(*o, "domain")) *domain = named(*d);
}

void describe_token(token& t, const json::object& from) {
    std::optional<named_ref> user;
    std::optional<named_ref> user_domain;
    read_named(from, "user", user, &user_domain);
    t.user = user.value_or(named_ref{});
    t.user_domain = user_domain.value_or(named_ref{});
    read_named(from, "project", t.project, &t.project_domain);
    read_named(from, "domain", t.domain, nullptr);
    if (const json::value* methods = from.if_contains("methods"); methods != nullptr && methods->is_array())
        for (const auto& m : methods->get_array())
            if (m.is_string()) t.methods.emplace_back(m.get_string());
    if (const json::object* u = object_at(from, "user")) t.password_expires_at = text_at(*u, "password_expires_at");
}

bool is_token_text(std::string_view text) {
    return !text.empty() && text.size() <= longest_token && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

fetch_failure nonsense(const login_name& who, std::string_view what) {
    return {{errc::iam_protocol, to_string(who) + ": the IAM answered 201, but " + std::string(what)}, retry_rule::back_off};
}

std::variant<std::shared_ptr<token>, fetch_failure> read_token(const iam_answer& a, const answer_times& times, std::optional<wall_time> date,
                                                               const login_name& who) {
    if (a.token.empty()) return nonsense(who, "without a token (header X-Subject-Token)");
    if (!is_token_text(a.token)) return nonsense(who, "its token is longer than 64 KiB or not visible ASCII");
    boost::system::error_code bad;
    json::parse_options bounded;
    bounded.max_depth = 32;
    json::value document = json::parse(json::string_view(a.body.data(), a.body.size()), bad, {}, bounded);
    const json::object* outer = bad ? nullptr : document.if_object();
    const json::object* body = outer != nullptr ? object_at(*outer, "token") : nullptr;
    if (body == nullptr) return nonsense(who, "its body is not a token's description in JSON");
    auto expires = parse_iso_time(text_at(*body, "expires_at"));
    if (!expires) return nonsense(who, "its expires_at is missing or no time");
    auto issued = parse_iso_time(text_at(*body, "issued_at"));
    auto t = std::make_shared<token>();
    t->issued_at = issued ? *issued : date.value_or(times.received);
    t->expires_at = *expires;
    t->lifetime = *expires - t->issued_at;
    if (t->lifetime <= duration(0)) return nonsense(who, "the token has ended already: the IAM's clocks disagree");
    t->value = secret(a.token);
    t->fingerprint = fingerprint_of(a.token);
    t->minted = times.sent;
    t->iam_date = date;
    describe_token(*t, *body);
    t->body = json::serialize(json::object{{"token", *body}});
    return t;
}

} // namespace

wiped_string password_login(const auth_config& auth, const secret& password, const scope& target) {
    json::object user;
    if (!auth.user_id.empty()) {
        user.emplace("id", auth.user_id);
    } else {
        user.emplace("name", auth.username);
        user.emplace("domain", domain_object(auth.user_domain));
    }
    std::string described = json::serialize(user);
    described.pop_back(); // the password goes in here, and through no JSON value that would not be wiped
    wiped_string body;
    body.reserve(512 + described.size() + 6 * password.size());
    body += R"({"auth":{"identity":{"methods":["password"],"password":{"user":)";
    body += described;
    body += R"(,"password":)";
    append_json_string(body, password.reveal());
    body += "}}}";
    if (target.kind != scope_kind::unscoped) {
        body += R"(,"scope":)";
        body += json::serialize(scope_object(target));
    }
    body += "}}";
    return body;
}

fetch_result read_login_answer(const iam_answer& answer, const answer_times& times, const login_name& who) {
    auto date = parse_http_date(answer.date);
    if (answer.status == 201) return {read_token(answer, times, date, who), date};
    return {read_refusal(answer, date.value_or(times.received), who), date};
}

validity read_validation_status(int status) noexcept {
    if (status == 200 || status == 204) return validity::alive;
    return status == 401 || status == 404 ? validity::dead : validity::unknown;
}

std::string fingerprint_of(std::string_view token) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text = "sha256:";
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < 8; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

std::string to_string(const login_name& who) { return "identity " + who.identity + ", scope " + who.scope + " at " + who.host; }

} // namespace tokenward::iam
