// Running the command `tokenward` in tests.
#pragma once

#include "fake_daemon.hpp"
#include "tests/support/process.hpp"

#include <map>
#include <string>
#include <vector>

namespace tokenward::test {

/// Runs the command; its environment is empty but for `env`.
inline support::finished run_command(std::vector<std::string> arguments,
                                     std::map<std::string, std::string> env = {}, std::string input = "") {
    arguments.insert(arguments.begin(), TOKENWARD_COMMAND);
    support::process_options options;
    options.env = std::move(env);
    options.inherit_env = false;
    options.input = std::move(input);
    options.prints_secrets = true;
    return support::run(std::move(arguments), std::move(options));
}

/// The same, told by --socket where the daemon is.
inline support::finished run_at(const fake_daemon& daemon, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--socket", daemon.path()});
    return run_command(std::move(arguments));
}

/// The answer to GET /v1/identities, and two of its entries.
inline std::string identities_answer(const std::string& list) {
    return json_answer(R"({"identities":[)" + list + "]}");
}
inline const std::string ci =
    R"({"identity":"ci","scopes":["eu-de","global"],"on_demand":true,"verbs":["get","report"]})";
inline const std::string ops =
    R"({"identity":"ops","scopes":[],"on_demand":false,"verbs":["get"],"new":{"x":[1]}})";

/// The answer to GET /v1/endpoints for a service.
inline std::string endpoint_answer(const std::string& url) {
    return json_answer(R"({"url":")" + url + R"("})");
}

/// The answer to GET /v1/status.
inline const std::string status_document = R"({"version":"0.1.0","uptime":123,"identities":[
  {"identity":"ci","auth_url":"https://iam.example/v3","user":"ci-bot","scopes":[
    {"scope":"eu-de","state":"valid","configured":true,"fingerprint":"sha256:9f86d081884c7d65",
     "expires_at":"2026-01-02T00:00:00Z","expires_in":71999,"renews_in":47000,"next_try_in":null,"last_error":null},
    {"scope":"project:Größe","state":"failed","expires_in":null,"renews_in":null,"next_try_in":3,
     "last_error":{"code":"iam_unavailable","detail":"no \u001b[31mroute","at":"2026-01-01T00:00:00Z"}}]},
  {"identity":"idle","scopes":[]}]})";

} // namespace tokenward::test
