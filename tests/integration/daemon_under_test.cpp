// See daemon_under_test.hpp.
#include "tests/integration/daemon_under_test.hpp"

#include <csignal>
#include <stdexcept>

namespace tokenward::testing {

daemon_under_test::daemon_under_test(const daemon_settings& settings) : x_env(settings.env) {
    for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY"})
        x_env.emplace(name, "");
    x_env.emplace("STATE_DIRECTORY", state_directory());
    x_env.emplace("TOKENWARD_SOCKET", "");
    support::output_audit::instance().forbid("the secret of the identity", settings.secret);
    write_password(settings.secret + "\n");
    write_config(settings);
    if (settings.wait_ready) start();
}

void daemon_under_test::write_config(const daemon_settings& s) const {
    const std::string by_password = "      username: " + s.user +
                                    "\n      user_domain_name: " + std::string(iam_standin::domain) +
                                    "\n      password: {file: " + secret_file() + "}\n" + s.more_auth;
    const std::string sockets = s.side.empty()
                                    ? "socket:\n  path: " + socket()
                                    : "sockets:\n  - path: " + socket() + "\n  - {path: " + side_socket() +
                                          ", mode: \"0600\", identities: " + s.side + "}";
    x_directory.write("tokenward.yaml",
                      sockets + "\nidentities:\n  ci:\n    auth:\n      auth_url: " + s.auth_url + "\n" +
                          (s.auth.empty() ? by_password : s.auth) +
                          (s.scopes.empty() ? "" : "    scopes: " + s.scopes + "\n") + s.extra);
}

void daemon_under_test::start() {
    x_process = std::make_unique<support::process>(
        std::vector<std::string>{TOKENWARD_DAEMON, "--config", config_file()},
        support::process_options{.env = x_env});
    x_process->wait_for_line("event=ready");
}

void daemon_under_test::kill() {
    x_process->signal(SIGKILL);
    x_process->wait_exit();
}

int daemon_under_test::stop() {
    x_process->signal(SIGTERM);
    return x_process->wait_exit();
}

void daemon_under_test::reload() {
    x_process->signal(SIGHUP);
    x_process->wait_for_line("event=reload");
}

std::string daemon_under_test::token(std::string_view scope) const {
    auto reply = get("/v1/tokens/ci/" + std::string(scope), {{"Accept", "text/plain"}});
    if (reply.status != 200)
        throw std::runtime_error("no token: " + std::to_string(reply.status) + " " + reply.body);
    support::output_audit::instance().forbid("a token", reply.body);
    return reply.body;
}

std::string daemon_under_test::fingerprint(std::string_view scope) const {
    auto etag = get("/v1/tokens/ci/" + std::string(scope)).header("ETag");
    return etag.size() > 2 ? etag.substr(1, etag.size() - 2) : "";
}

std::string daemon_under_test::report(std::string_view fingerprint, std::string_view scope) const {
    return post("/v1/tokens/ci/" + std::string(scope) + "/report",
                R"({"fingerprint":")" + std::string(fingerprint) +
                    R"(","status":401,"body":"{\"error_code\":\"APIG.0307\"}"})")
        .body;
}

bool daemon_under_test::reaches(std::string_view state) const {
    std::string wanted = R"("state":")" + std::string(state) + '"';
    return support::eventually([&] { return get("/v1/status").body.find(wanted) != std::string::npos; });
}

support::finished daemon_under_test::command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {TOKENWARD_COMMAND, "--socket", socket()});
    return support::run(std::move(arguments), {.prints_secrets = true});
}

std::string member(const std::string& json, const std::string& name) {
    auto at = json.find('"' + name + "\":");
    if (at == std::string::npos) return {};
    at += name.size() + 3;
    bool quoted = at < json.size() && json[at] == '"';
    if (quoted) ++at;
    auto end = quoted ? json.find('"', at) : json.find_first_of(",} ", at);
    return json.substr(at, end - at);
}

} // namespace tokenward::testing
