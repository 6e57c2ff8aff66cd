// See iam_standin.hpp.
#include "tests/support/iam_standin.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace tokenward::support {

namespace json = boost::json;

namespace {

std::uint16_t port_of(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

std::string url_after(const std::string& line, std::string_view word) {
    return line.substr(line.find(word) + word.size());
}

std::uint64_t number(const json::value& from, std::string_view name) {
    return from.at(name).to_number<std::uint64_t>();
}

login_counts counts(const json::value& from) {
    return {number(from, "attempted"), number(from, "succeeded"), number(from, "refused"),
            number(from, "faulted")};
}

std::map<std::string, login_counts> table(const json::value& from) {
    std::map<std::string, login_counts> result;
    for (const auto& entry : from.as_object()) result[std::string(entry.key())] = counts(entry.value());
    return result;
}

} // namespace

std::string iam_standin::executable() {
    return TOKENWARD_IAM_STANDIN;
}

iam_standin::iam_standin(const standin_options& options) : x_address(options.address) {
    const bool v6 = x_address.find(':') != std::string::npos;
    const std::string listen = (v6 ? '[' + x_address + ']' : x_address) + ":0";
    std::vector<std::string> argv{executable(),       "--listen",    listen,
                                  "--control-listen", "127.0.0.1:0", "--die-with-parent"};
    const bool tls = !options.tls_certificate.empty();
    if (tls)
        for (const std::string& word :
             {std::string("--listen-tls"), listen, std::string("--tls-cert"),
              options.tls_certificate.string(), std::string("--tls-key"), options.tls_key.string()})
            argv.push_back(word);
    argv.insert(argv.end(), options.more.begin(), options.more.end());
    x_process = std::make_unique<process>(std::move(argv));
    x_http = url_after(x_process->wait_for_line("ready http://"), "ready ");
    if (tls) {
        const auto url = url_after(x_process->wait_for_line("ready https://"), "ready ");
        x_https = (v6 ? "https://[" + x_address + "]:" : "https://localhost:") + std::to_string(port_of(url));
    }
    x_control = url_after(x_process->wait_for_line("ready control http://"), "ready control ");
}

std::uint16_t iam_standin::port() const {
    return port_of(x_http);
}

std::uint16_t iam_standin::tls_port() const {
    return port_of(x_https);
}

http_client iam_standin::connect() const {
    return http_client::over_tcp(x_address, port());
}

void iam_standin::set_lifetime(std::chrono::seconds life) const {
    set(json::serialize(json::object{{"lifetime", life.count()}}));
}

void iam_standin::set_token_size(std::size_t bytes) const {
    set(json::serialize(json::object{{"token_size", bytes}}));
}

void iam_standin::set_clock_offset(std::chrono::seconds ahead) const {
    set(json::serialize(json::object{{"clock_offset", ahead.count()}}));
}

void iam_standin::set_password(std::string_view user_name, std::string_view new_password) const {
    const json::object changed{{"name", user_name}, {"password", new_password}};
    control("POST", "/control/identities", json::serialize(json::object{{"users", json::array{changed}}}));
}

void iam_standin::add_projects(std::size_t count) const {
    json::array projects;
    for (std::size_t n = 1; n <= count; ++n)
        projects.push_back(json::object{{"name", "p-" + std::to_string(n)}});
    control("POST", "/control/identities", json::serialize(json::object{{"projects", projects}}));
}

std::string iam_standin::passcode(std::string_view user_name) const {
    const auto told = json::parse(control("GET", "/control/passcode?user=" + std::string(user_name)));
    return std::string(told.at("passcode").as_string());
}

void iam_standin::hold(std::string_view path) const {
    control("POST", "/control/hold", json::serialize(json::object{{"path", path}}));
}

void iam_standin::release(std::uint64_t count) const {
    control("POST", "/control/release", json::serialize(json::object{{"count", count}}));
}

void iam_standin::revoke(std::string_view user_name) const {
    control("POST", "/control/revoke", json::serialize(json::object{{"user", user_name}}));
}

standin_state iam_standin::state() const {
    const auto seen = json::parse(control("GET", "/control/state"));
    const auto& logins = seen.at("logins");
    standin_state result;
    result.logins = counts(logins);
    result.by_scope = table(logins.at("by_scope"));
    result.by_user = table(logins.at("by_user"));
    result.by_method = table(logins.at("by_method"));
    result.in_flight = number(logins, "in_flight");
    result.most_in_flight = number(logins, "most_in_flight");
    result.held = number(seen, "held");
    result.validations = number(seen, "validations");
    result.revocations = number(seen, "revocations");
    result.service_accepted = number(seen.at("service"), "accepted");
    result.service_refused = number(seen.at("service"), "refused");
    result.requests = number(seen, "requests");
    result.connections = number(seen.at("connections"), "accepted");
    result.open_connections = number(seen.at("connections"), "open");
    return result;
}

void iam_standin::wait_for(std::string_view counter, std::uint64_t count,
                           std::chrono::milliseconds limit) const {
    control("GET", "/control/wait?" + std::string(counter) + "=" + std::to_string(count) +
                       "&timeout=" + std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count()));
}

std::string iam_standin::control(std::string_view method, std::string_view target,
                                 std::string_view body) const {
    auto client = http_client::over_tcp("127.0.0.1", port_of(x_control));
    client.set_limit(patience + std::chrono::seconds{10});
    const auto reply = client.request(method, target, {}, body);
    if (reply.status != 200)
        throw std::runtime_error(std::string(target) + ": " + std::to_string(reply.status) + " " +
                                 reply.body);
    return reply.body;
}

} // namespace tokenward::support
