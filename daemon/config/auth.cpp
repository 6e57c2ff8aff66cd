// Reads how an identity logs in: `auth_type`, `auth` and `rescope`.
#include "daemon/config/section_readers.hpp"

#include "daemon/base/text/url.hpp"
#include "daemon/config/suggestion.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tokenward {
namespace {

/// The index in `words` of the value of `key`. None if the key is absent, or after a report of an unknown
/// value.
std::optional<std::size_t> read_choice(const config_section& from, std::string_view key,
                                       std::span<const std::string_view> words) {
    auto given = from.text(key);
    if (!given) return std::nullopt;
    auto found = std::find(words.begin(), words.end(), *given);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    from.faults().error(from.line_of(key), unknown_word_message(key, *given, words));
    return std::nullopt;
}

void read_type(const config_section& identity, auth_config& to) {
    const auto& words = config_keys::words::auth_types;
    const auto index = read_choice(identity, "auth_type", words);
    if (!index) return;
    const std::string_view word = words[*index];
    // v3totp: passcodes are supported only beside a password, so it means the same as v3multifactor.
    to.multifactor = word == "v3totp" || word == "v3multifactor";
    if (word == "v3applicationcredential") to.type = auth_type::application_credential;
    if (word == "v3token") to.type = auth_type::token;
}

// keystoneauth wants the methods of v3multifactor listed. Only this one combination is supported.
void check_methods(const config_section& identity, const auth_config& login) {
    const yaml_node* listed = identity.find("auth_methods");
    if (listed == nullptr) return;
    auto known = config_keys::words::auth_methods;
    auto items = read_list(*listed, "`auth_methods`", identity.faults());
    for (const yaml_node& item : items)
        if (std::find(known.begin(), known.end(), item.text) == known.end())
            identity.faults().error(item.line, "`auth_methods` may list v3password and v3totp");
    if (!login.multifactor)
        identity.faults().error(identity.line_of("auth_methods"),
                                "`auth_methods` goes with auth_type v3multifactor");
}

std::string read_url(const config_section& auth) {
    if (auth.lacks("auth_url"))
        auth.faults().error(auth.line(), "`auth_url` is missing in " + auth.path() +
                                             ": add the IAM's address, such as "
                                             "https://iam.example.com/v3");
    auto given = auth.text("auth_url", 2048);
    if (!given) return {};
    const std::string url = normalised_url(*given);
    int line = auth.line_of("auth_url");
    if (auto fault = url_fault(url); !fault.empty()) {
        auth.faults().error(line, "`auth_url` " + std::string(fault));
        return {};
    }
    if (is_exposed(url))
        auth.faults().warning(
            line, "`auth_url` is http: password and tokens cross the network in clear, use https");
    if (!url.ends_with("/v3"))
        auth.faults().warning(
            line, "`auth_url` does not end in /v3, where version 3 of the identity API usually is");
    return url;
}

void read_user(const config_section& auth, auth_config& to) {
    to.username = auth.text("username").value_or("");
    to.user_id = auth.text("user_id").value_or("");
    to.user_domain = read_domain(auth, "user_domain");
    if (to.username.empty() || to.user_id.empty()) return;
    auth.faults().warning(
        auth.line_of("user_id"),
        "`username` and `user_id` are both given: the id counts, as for the OpenStack tools");
    to.username.clear();
}

/// Reports a missing user. (A token or an application credential's id needs none.)
void require_user(const config_section& auth) {
    if (auth.lacks("username") && auth.lacks("user_id"))
        auth.faults().error(auth.line(), "`username` or `user_id` is missing in " + auth.path());
    else if (auth.lacks("user_id") && auth.lacks("user_domain_name") && auth.lacks("user_domain_id"))
        auth.faults().error(auth.line(), "`user_domain_name` or `user_domain_id` is missing in " +
                                             auth.path() + ": a `username` is unique only within its domain");
}

/// The secret under `key`, which must be there.
secret_ref require_secret(const config_section& auth, const std::string& key) {
    if (auth.lacks(key))
        auth.faults().error(auth.line(), "`" + key + "` is missing in " + auth.path() +
                                             ": add {credential: NAME}, {file: PATH} or {env: NAME}");
    return read_secret_ref(auth, key).value_or(secret_ref{});
}

void read_totp(const config_section& auth, auth_config& to) {
    auto seed = read_secret_ref(auth, "totp_secret");
    auto digits = auth.number("totp_digits", 6, 8);
    auto period = auth.number("totp_period", 15, 300);
    if (auth.has("passcode"))
        auth.faults().error(
            auth.line_of("passcode"),
            "a `passcode` is good for half a minute and does not belong here: give `totp_secret`, or "
            "let a person give passcodes by `tokenward login`");
    if (!auth.has("totp_secret")) return;
    to.multifactor = true;
    if (!seed) return;
    to.totp = totp_config{.secret = std::move(*seed)};
    if (digits) to.totp->digits = static_cast<unsigned>(*digits);
    if (period) to.totp->period = std::chrono::seconds(*period);
}

void read_application_credential(const config_section& auth, auth_config& to) {
    to.application_credential_id = auth.text("application_credential_id").value_or("");
    to.application_credential_name = auth.text("application_credential_name").value_or("");
    if (auth.lacks("application_credential_id")) {
        if (auth.lacks("application_credential_name"))
            auth.faults().error(auth.line(), "`application_credential_id` is missing in " + auth.path());
        else
            require_user(auth);
    }
    to.secret = require_secret(auth, "application_credential_secret");
}

/// Reports a key that has no meaning with this auth_type.
void reject_key(const config_section& auth, std::string_view key, const std::string& type) {
    if (auth.has(key))
        auth.faults().error(auth.line_of(key),
                            "`" + std::string(key) + "` does not go with auth_type " + type + ": remove it");
}

} // namespace

auth_config read_auth(const config_section& identity, const config_section& auth) {
    auth_config made;
    read_type(identity, made);
    check_methods(identity, made);
    made.auth_url = read_url(auth);
    read_user(auth, made);
    made.project_domain = read_domain(auth, "project_domain");
    if (made.project_domain.empty()) made.project_domain = made.user_domain;
    switch (made.type) {
    case auth_type::password:
        require_user(auth);
        made.secret = require_secret(auth, "password");
        read_totp(auth, made);
        for (auto key : {"application_credential_id", "application_credential_secret", "token"})
            reject_key(auth, key, "password");
        break;
    case auth_type::application_credential:
        read_application_credential(auth, made);
        for (auto key : {"password", "totp_secret", "token"})
            reject_key(auth, key, "v3applicationcredential");
        break;
    case auth_type::token:
        made.secret = require_secret(auth, "token");
        for (auto key : {"password", "totp_secret", "application_credential_secret"})
            reject_key(auth, key, "v3token");
        break;
    }
    return made;
}

rescope_mode read_rescope(const config_section& identity, const auth_config& login) {
    auto word = read_choice(identity, "rescope", config_keys::words::rescope);
    constexpr std::array modes{rescope_mode::automatic, rescope_mode::off, rescope_mode::always};
    static_assert(modes.size() == config_keys::words::rescope.size()); // auto, never, always
    const rescope_mode mode = modes[word.value_or(0)];
    if (mode == rescope_mode::off && login.multifactor && !login.totp)
        identity.faults().error(
            identity.line_of("rescope"),
            "`rescope: never` would ask a person for a passcode for every scope: remove it, "
            "or give `totp_secret`");
    if (word && login.type == auth_type::application_credential)
        identity.faults().error(
            identity.line_of("rescope"),
            "`rescope` has no meaning for an application credential, which is good for one "
            "project: remove it");
    return mode;
}

} // namespace tokenward
