// The section `auth` of an identity, and what becomes of a stanza that was pasted from clouds.yaml.
#include "daemon/core/config_parts.hpp"

#include "daemon/core/config_url.hpp"
#include "daemon/core/nearest_key.hpp"

#include <algorithm>

namespace tokenward {
namespace {

void check_type(const section& identity) {
    auto type = identity.text("auth_type");
    if (!type) return; // clouds.yaml and we alike: password
    const key_table& types = config_keys::auth_types;
    auto is_one_of = [&](auto words) { return std::find(words.begin(), words.end(), *type) != words.end(); };
    int line = identity.line_of("auth_type");
    if (is_one_of(types.later))
        identity.faults().error(line, "auth_type `" + *type + "` is not supported by this version yet");
    else if (!is_one_of(types.known))
        identity.faults().error(line, unknown_word("auth_type", *type, types.known));
}

std::string read_url(const section& auth) {
    if (auth.lacks("auth_url"))
        auth.faults().error(auth.line(), "`auth_url` is missing in " + auth.path() +
                                             ": add the IAM's address, such as "
                                             "https://iam.example.com/v3");
    auto url = auth.text("auth_url", 2048);
    if (!url) return {};
    int line = auth.line_of("auth_url");
    if (auto fault = url_fault(*url); !fault.empty()) {
        auth.faults().error(line, "`auth_url` " + std::string(fault));
        return {};
    }
    url->erase(url->find_last_not_of('/') + 1);
    if (is_exposed(*url))
        auth.faults().warning(
            line, "`auth_url` is http: password and tokens cross the network in clear, use https");
    if (!url->ends_with("/v3"))
        auth.faults().warning(
            line, "`auth_url` does not end in /v3, where version 3 of the identity API usually is");
    return *url;
}

void read_user(const section& auth, auth_config& to) {
    to.username = auth.text("username").value_or("");
    to.user_id = auth.text("user_id").value_or("");
    to.user_domain = read_domain(auth, "user_domain");
    if (auth.has("username") && auth.has("user_id"))
        auth.faults().error(auth.line_of("user_id"), "`username` and `user_id` are both given: remove one");
    else if (auth.lacks("username") && auth.lacks("user_id"))
        auth.faults().error(auth.line(), "`username` or `user_id` is missing in " + auth.path());
    else if (auth.lacks("user_id") && auth.lacks("user_domain_name") && auth.lacks("user_domain_id"))
        auth.faults().error(auth.line(), "`user_domain_name` or `user_domain_id` is missing in " +
                                             auth.path() + ": a `username` is one only within its domain");
}

} // namespace

auth_config read_auth(const section& identity, const section& auth) {
    auth_config made;
    check_type(identity);
    made.auth_url = read_url(auth);
    read_user(auth, made);
    made.project_domain = read_domain(auth, "project_domain");
    if (made.project_domain.empty()) made.project_domain = made.user_domain;
    if (auth.lacks("password"))
        auth.faults().error(auth.line(), "`password` is missing in " + auth.path() +
                                             ": add {credential: NAME}, {file: PATH} or {env: NAME}");
    if (auto password = read_secret(auth, "password")) made.password = std::move(*password);
    return made;
}

} // namespace tokenward
