// See options.hpp.
#include "tests/support/standin/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

json::object read_config(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("can't read " + file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return json::parse(text).as_object();
}

} // namespace

std::optional<options> parse_options(int argc, char** argv, int& exit_status) {
    options result;
    CLI::App app{
        "A stand-in for an OpenStack identity service (Keystone v3, Open Telekom Cloud), for tests."};
    app.set_version_flag("--version", TOKENWARD_VERSION);
    app.add_option("--listen", result.server.listen, "ADDRESS:PORT for HTTP; port 0 = any free one")
        ->capture_default_str();
    auto* const tls = app.add_option("--listen-tls", result.server.listen_tls, "ADDRESS:PORT for HTTPS");
    tls->needs(
        app.add_option("--tls-cert", result.server.tls_certificate, "PEM file: certificate and chain"));
    tls->needs(app.add_option("--tls-key", result.server.tls_key, "PEM file: the key"));
    app.add_option("--tls-client-ca", result.server.tls_client_ca,
                   "PEM file: HTTPS clients must show a certificate that these CAs have signed")
        ->needs(tls);
    app.add_option("--control-listen", result.server.control_listen,
                   "ADDRESS:PORT for the control interface alone (it is under /control/ of the others, too)");
    app.add_option("--config", result.config, "JSON file: settings, domains, projects, users");
    app.add_option("--lifetime", result.lifetime, "of a token, in seconds (default 86400)");
    app.add_option("--token-size", result.token_size, "of a token, in bytes (default 1224)");
    app.add_option("--port-file", result.port_file, "a file that gets the \"ready\" lines, all at once");
    app.add_flag("--die-with-parent", result.die_with_parent, "end when the parent process ends");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_status = app.exit(e) == 0 ? 0 : 2;
        return std::nullopt;
    }
    return result;
}

void apply(const options& from, state& to) {
    if (!from.config.empty()) {
        auto document = read_config(from.config);
        if (const auto* const chosen = document.if_contains("settings"))
            merge(to.options, chosen->as_object());
        document.erase("settings");
        to.people.merge(document);
    }
    json::object chosen;
    if (from.lifetime) chosen["lifetime"] = *from.lifetime;
    if (from.token_size) chosen["token_size"] = *from.token_size;
    merge(to.options, chosen);
}

} // namespace tokenward::standin
