// Reads the answer to a login: the token and its description.
#include "daemon/base/text/ascii.hpp"
#include "daemon/core/refusal.hpp"
#include "daemon/iam/iam_time.hpp"
#include "daemon/iam/keystone_codec.hpp"
#include "daemon/iam/token_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <span>

namespace tokenward::iam {
namespace {

namespace json = boost::json;

// Longer lives are cut to this: nothing good lives so long, and the clock's arithmetic must not overflow.
constexpr auto longest_life = std::chrono::hours(24 * 365 * 10);

// An answer that makes no sense.
struct nonsense {
    std::string what;    // completes "… answered … with 201 "
    bool is_ours = true; // false: it is the answer to another request
};

std::string text_or_empty(const json::object& of, std::string_view name) {
    const json::value* value = of.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? "" : std::string(text->data(), text->size());
}

const json::object* object_or_null(const json::object& of, std::string_view name) {
    const json::value* value = of.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}

std::optional<named_ref> read_ref(const json::object& of, std::string_view name) {
    const json::object* object = object_or_null(of, name);
    if (object == nullptr) return std::nullopt;
    return named_ref{text_or_empty(*object, "id"), text_or_empty(*object, "name")};
}

std::optional<wall_time> read_time(const json::object& of, std::string_view name) {
    const json::value* value = of.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    const json::string* text = value->if_string();
    auto time = text == nullptr ? std::nullopt : parse_iso_time({text->data(), text->size()});
    if (!time) throw nonsense{fmt::format("with an {} that is not a time", name)};
    return time;
}

void read_value(token& into, const secret& value) {
    const std::string_view text = value.reveal();
    if (text.empty()) throw nonsense{"without a token (no X-Subject-Token header)"};
    if (text.size() > most_token_bytes)
        throw nonsense{
            fmt::format("with a token of {} bytes, over the limit of {}", text.size(), most_token_bytes)};
    // What is sent on in a header must not be able to end it.
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; }))
        throw nonsense{"with a token that is not of visible ASCII"};
    into.value = value.duplicate();
    into.fingerprint = fingerprint(text);
    if (into.fingerprint.empty()) throw nonsense{"and a token whose SHA-256 OpenSSL does not give"};
}

void read_life(token& into, const json::object& from, const moment& asked) {
    auto expires = read_time(from, "expires_at");
    if (!expires) throw nonsense{"without expires_at"};
    // An issued_at that makes no sense is as good as none. The IAM's Date is its own clock; ours may be
    // minutes off and is only the last resort.
    auto issued = parse_iso_time(text_or_empty(from, "issued_at"));
    if (issued && *issued >= *expires) issued.reset();
    into.issued_at = issued ? *issued : into.iam_date ? *into.iam_date : asked.wall;
    into.expires_at = *expires;
    if (into.expires_at <= into.issued_at) throw nonsense{"with a token that has expired already"};
    into.lifetime = std::min<wall_time::duration>(into.expires_at - into.issued_at, longest_life);
    into.minted = asked.boot;
}

void read_description(token& into, const json::object& from) {
    into.user = read_ref(from, "user").value_or(named_ref{});
    if (const json::object* user = object_or_null(from, "user")) {
        into.user_domain = read_ref(*user, "domain").value_or(named_ref{});
        // One that is no time is no reason to reject the token.
        into.password_expires_at = parse_iso_time(text_or_empty(*user, "password_expires_at"));
    }
    into.mfa_authn_at = text_or_empty(from, "mfa_authn_at");
    into.project = read_ref(from, "project");
    if (const json::object* project = object_or_null(from, "project"))
        into.project_domain = read_ref(*project, "domain");
    into.domain = read_ref(from, "domain");
    into.of_system = object_or_null(from, "system") != nullptr;
    const json::value* methods = from.if_contains("methods");
    if (methods == nullptr || !methods->is_array()) return;
    for (const json::value& method : methods->get_array())
        if (const json::string* name = method.if_string())
            into.methods.emplace_back(name->data(), name->size());
}

/// A coding that was not asked for explains a body that can't be read.
std::string text_fault(std::string_view fault, const std::string& coding) {
    if (coding.empty() || coding == "identity") return std::string(fault);
    return fmt::format("with a body in the coding '{}', though none was asked for",
                       quote_iam(coding, nullptr));
}

std::shared_ptr<token> read_token(const http_answer& answer, const login_facts& facts) {
    auto made = std::make_shared<token>();
    made->iam_date = parse_http_date(answer.date);
    read_value(*made, answer.subject_token);
    token_text text;
    const std::string_view fault =
        read_token_text({answer.body.data(), answer.body.size()}, answer.subject_token, text);
    if (!fault.empty()) throw nonsense{text_fault(fault, answer.content_encoding)};
    read_life(*made, text.description.get_object(), facts.asked);
    read_description(*made, text.description.get_object());
    const std::string mismatch = find_mismatch(*made, facts);
    if (!mismatch.empty()) throw nonsense{"and " + mismatch + ": it is not used", false};
    made->body = std::move(text.body);
    return made;
}

login_answer read_granted(const http_answer& answer, const login_facts& facts) {
    // The password was accepted, whatever became of the token.
    login_answer parsed{.about_secret = secret_verdict::accepted,
                        .result = {.outcome = {}, .iam_date = parse_http_date(answer.date)},
                        .status = answer.status};
    try {
        parsed.result.outcome = read_token(answer, facts);
    } catch (const nonsense& fault) {
        parsed.result.outcome =
            fetch_failure{{errc::iam_protocol,
                           fmt::format("the IAM {} answered the login of {} for {} with {} {}", facts.iam,
                                       facts.identity, facts.scope, answer.status, fault.what)}};
        if (fault.is_ours) return parsed;
        parsed.about_secret = secret_verdict::unsaid;
        parsed.reach = login_reach::answer_lost;
    }
    return parsed;
}

bool has_dead_words(const http_answer& answer) noexcept {
    return names_dead_token({static_cast<int>(answer.status), {answer.body.data(), answer.body.size()}});
}

/// Whether the answer names a token, and another one.
bool names_another(const http_answer& answer, const secret& asked_about) {
    return !answer.subject_token.empty() && !(answer.subject_token == asked_about);
}

} // namespace

login_answer parse_login(const http_answer& answer, const login_facts& facts) {
    if (answer.status != 201) return parse_failure(answer, facts);
    return read_granted(answer, facts);
}

login_answer parse_description(const http_answer& answer, const login_facts& facts) {
    if (answer.status != 200) return parse_failure(answer, facts);
    if (names_another(answer, *facts.proof)) {
        problem another{errc::iam_protocol, fmt::format("the IAM {} described another token than that of {}: "
                                                        "it is not used",
                                                        facts.iam, facts.identity)};
        return {.result = {.outcome = fetch_failure{std::move(another)}},
                .status = answer.status,
                .reach = login_reach::answer_lost};
    }
    const http_answer whole{.status = answer.status,
                            .subject_token = facts.proof->duplicate(),
                            .date = answer.date,
                            .content_encoding = answer.content_encoding,
                            .body = answer.body};
    login_answer parsed = read_granted(whole, facts);
    if (auto* given = std::get_if<std::shared_ptr<credential>>(&parsed.result.outcome)) {
        // It was issued before we knew of it; the IAM's clock says how long ago.
        credential& t = **given;
        const wall_time now = t.iam_date.value_or(facts.asked.wall);
        if (now > t.issued_at) t.minted -= std::min(between(t.issued_at, now), t.lifetime);
        t.renewable = false;
    }
    return parsed;
}

validation parse_validation(const http_answer& answer) {
    validation parsed{validity::unknown, parse_http_date(answer.date)};
    if (answer.status == 200 || answer.status == 204) parsed.verdict = validity::alive;
    if (answer.status == 401 || answer.status == 404 || has_dead_words(answer))
        parsed.verdict = validity::dead;
    return parsed;
}

bool says_too_little(const http_answer& answer) noexcept {
    return answer.status == 403 || answer.status == 405 || answer.status == 501;
}

bool proves_nothing(const http_answer& answer) noexcept {
    return answer.status == 403 && !has_dead_words(answer);
}

validation parse_projects(const http_answer& answer) {
    validation parsed{validity::unknown, parse_http_date(answer.date)};
    if (answer.status == 200) parsed.verdict = validity::alive;
    if (answer.status == 401 || has_dead_words(answer)) parsed.verdict = validity::dead;
    return parsed;
}

std::string fingerprint(std::string_view token) {
    std::array<unsigned char, 32> hash{};
    if (EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) return {};
    return "sha256:" + to_hex(std::span(hash).first(8));
}

} // namespace tokenward::iam
