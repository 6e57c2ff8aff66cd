// Parses proxy addresses as curl does, and applies the variables for proxies.
#include "daemon/config/proxy.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/url.hpp"
#include "daemon/config/no_proxy.hpp"

#include <algorithm>
#include <optional>

namespace tokenward {
namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view default_port = "1080";

/// Appends `text` decoded; false when a `%` isn't followed by two digits, or for a control character.
bool decode(std::string_view text, wiped_string& to) {
    const std::size_t start = to.size();
    return append_percent_decoded(text, to) &&
           std::none_of(to.begin() + static_cast<std::ptrdiff_t>(start), to.end(), is_control);
}

std::shared_ptr<const secret> read_credentials(std::string_view text) {
    wiped_string decoded;
    decoded.reserve(text.size() + 32); // not within the object: there it is not wiped
    std::size_t colon = std::min(text.find(':'), text.size());
    if (!decode(text.substr(0, colon), decoded)) return nullptr;
    bool has_colon = decoded.find(':') != wiped_string::npos; // a %3A: Basic has no way to say that
    decoded += ':';
    if (has_colon || !decode(text.substr(std::min(colon + 1, text.size())), decoded)) return nullptr;
    return std::make_shared<const secret>(std::string_view(decoded));
}

} // namespace

result<http_proxy> parse_proxy(std::string_view text) {
    auto must = [](std::string_view what) { return problem{errc::bad_request, "must " + std::string(what)}; };
    if (auto end = text.find("://"); end != std::string_view::npos) {
        if (lower_ascii(text.substr(0, end)) != "http")
            return must("begin with http://: proxies of another kind are not supported");
        text.remove_prefix(scheme.size());
    }
    http_proxy made;
    if (auto at = text.rfind('@'); at != std::string_view::npos) {
        made.credentials = read_credentials(text.substr(0, at));
        if (!made.credentials) return must("have a user and password that are percent-encoded");
        text.remove_prefix(at + 1);
    }
    text = text.substr(0, text.find_first_of("/?#"));
    auto place = split_host_port(text);
    if (!place) return must("name a host and a port, such as http://proxy.example.com:3128");
    made.host = place->host;
    made.port = place->port.empty() ? default_port : place->port;
    return made;
}

http_proxy proxy_for(std::string_view auth_url, const proxy_environment& environment) {
    if (!url_fault(auth_url).empty()) return {};
    const url_parts to = split_url(auth_url);
    if (bypasses_proxy(environment.no_proxy, to.host, to.port)) return {};
    return to.tls ? environment.https : environment.http;
}

} // namespace tokenward
