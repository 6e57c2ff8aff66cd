// Writes the guard's memory as JSON, and reads it.
#include "daemon/base/text/ascii.hpp"
#include "daemon/kept/guard_file.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace tokenward {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::int64_t version = 1;
constexpr std::size_t most_users = 256;                      // an older daemon takes no more either
constexpr std::int64_t most_changes = std::int64_t{1} << 53; // what JSON's readers hold; never reached
constexpr seconds last_second{253'402'300'799};              // 9999-12-31T23:59:59Z

struct malformed {
    const char* what;
};

template <std::size_t N>
std::array<std::uint8_t, N> from_hex(std::string_view text) {
    std::array<std::uint8_t, N> bytes{};
    if (text.size() != 2 * N) throw malformed{"the wrong number of hex digits"};
    for (std::size_t i = 0; i < N; ++i) {
        const auto byte = parse_number<std::uint8_t>(text.substr(2 * i, 2), 16);
        if (!byte) throw malformed{"not hex digits"};
        bytes[i] = *byte;
    }
    return bytes;
}

// `proven`: the IAM has accepted the secret, and has not refused it since. `unknown`: it is not known whether
// the IAM has counted the attempt. Both are written only if true: version 1 began without them, and a daemon
// of that time ignores them.
json::object secret_to_json(const guarded_secret& secret) {
    json::object made{
        {"digest", to_hex(secret.digest)}, {"refused", secret.refused}, {"in_flight", secret.in_flight}};
    if (secret.proven) made.emplace("proven", true);
    return made;
}

json::object attempt_to_json(const guarded_attempt<wall_time>& attempt) {
    json::object made{{"digest", to_hex(attempt.digest)},
                      {"at", std::chrono::floor<seconds>(attempt.at).time_since_epoch().count()}};
    if (attempt.unknown) made.emplace("unknown", true);
    return made;
}

/// Whether something counts against the user.
bool is_held_against(const guarded_user& user) {
    return user.totp_step || !user.attempts.empty() ||
           std::any_of(user.secrets.begin(), user.secrets.end(),
                       [](const guarded_secret& secret) { return secret.refused != 0 || secret.in_flight; });
}

json::object user_to_json(const guarded_user& user) {
    json::array secrets;
    for (const auto& secret : user.secrets) secrets.push_back(secret_to_json(secret));
    json::array attempts;
    for (const auto& attempt : user.attempts) attempts.push_back(attempt_to_json(attempt));
    json::object made{{"iam", user.who.origin},
                      {"user", user.who.user},
                      {"secrets", std::move(secrets)},
                      {"attempts", std::move(attempts)}};
    if (user.totp_step) made.emplace("totp_step", *user.totp_step);
    return made;
}

const json::value& member(const json::value& of, std::string_view name) {
    if (const json::object* object = of.if_object())
        if (const json::value* value = object->if_contains(name)) return *value;
    throw malformed{"a member is missing"};
}

std::string_view text_of(const json::value& of, std::string_view name) {
    const json::string* text = member(of, name).if_string();
    if (text == nullptr) throw malformed{"a text is not a string"};
    return {text->data(), text->size()};
}

std::int64_t number_of(const json::value& of, std::string_view name, std::int64_t most) {
    const std::int64_t* number = member(of, name).if_int64();
    if (number == nullptr || *number < 0 || *number > most) throw malformed{"a number is out of range"};
    return *number;
}

const json::array& list_of(const json::value& of, std::string_view name, std::size_t most) {
    const json::array* list = member(of, name).if_array();
    if (list == nullptr || list->size() > most) throw malformed{"a list is too long, or not a list"};
    return *list;
}

bool flag_of(const json::value& of, std::string_view name) {
    const bool* flag = member(of, name).if_bool();
    if (flag == nullptr) throw malformed{"a flag is not a boolean"};
    return *flag;
}

// REQUIRES: an object.
bool is_set(const json::value& of, std::string_view name) {
    return of.get_object().contains(name) && flag_of(of, name);
}

bool is_newer(const json::value& root) {
    const json::value* said = root.is_object() ? root.get_object().if_contains("version") : nullptr;
    return said != nullptr && said->is_int64() && said->get_int64() > version;
}

guarded_user user_from_json(const json::value& from) {
    guarded_user user;
    user.who = {std::string(text_of(from, "iam")), std::string(text_of(from, "user"))};
    if (from.as_object().contains("totp_step"))
        user.totp_step = number_of(from, "totp_step", last_second.count());
    for (const json::value& secret : list_of(from, "secrets", lockout_guard::most_secrets)) {
        auto refused = number_of(secret, "refused", lockout_guard::most_refusals);
        user.secrets.push_back({from_hex<8>(text_of(secret, "digest")), static_cast<unsigned>(refused),
                                flag_of(secret, "in_flight"), is_set(secret, "proven")});
    }
    for (const json::value& attempt : list_of(from, "attempts", lockout_guard::most_attempts)) {
        auto at = seconds(number_of(attempt, "at", last_second.count()));
        user.attempts.push_back(
            {from_hex<8>(text_of(attempt, "digest")), wall_time(at), is_set(attempt, "unknown")});
    }
    return user;
}

} // namespace

std::string format_guard_memory(const guard_memory& memory) {
    json::array users;
    // If there are too many users, those without anything against them are left out first.
    for (const bool held_against : {true, false})
        for (const guarded_user& user : memory.users)
            if (users.size() < most_users && is_held_against(user) == held_against)
                users.push_back(user_to_json(user));
    json::object made{{"version", version}, {"salt", to_hex(memory.salt)}, {"users", std::move(users)}};
    if (memory.serial != 0) made.emplace("serial", memory.serial);
    return json::serialize(made);
}

result<guard_memory> parse_guard_memory(std::string_view text) {
    json::error_code error;
    json::value root = json::parse({text.data(), text.size()}, error);
    if (error) return problem{errc::internal, "not JSON"};
    if (is_newer(root)) return problem{errc::internal, "its format is newer than this tokenwardd knows"};
    try {
        if (number_of(root, "version", version) != version) throw malformed{"an unknown version"};
        guard_memory memory{.salt = from_hex<16>(text_of(root, "salt"))};
        if (root.get_object().contains("serial")) memory.serial = number_of(root, "serial", most_changes);
        for (const json::value& user : list_of(root, "users", most_users))
            memory.users.push_back(user_from_json(user));
        return memory;
    } catch (const malformed& fault) {
        return problem{errc::internal, fault.what};
    }
}

bool is_newer_guard_format(std::string_view text) {
    json::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error);
    return !error && is_newer(root);
}

} // namespace tokenward
