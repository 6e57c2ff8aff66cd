// Reads `metrics`: the optional listener for Prometheus, on loopback addresses only.
#include "daemon/config/section_readers.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/loopback.hpp"

namespace tokenward {
namespace {

bool is_loopback_host(std::string_view host) {
    return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

std::string numeric(std::string_view host) {
    if (host == "localhost") return "127.0.0.1";
    return host == "[::1]" ? "::1" : std::string(host);
}

} // namespace

std::optional<loopback_address> read_metrics(const config_section& file) {
    const yaml_node* node = file.find("metrics");
    if (node == nullptr) return std::nullopt;
    config_section metrics(*node, "metrics", config_keys::metrics, file.faults());
    if (node->type != yaml_node::kind::map) return std::nullopt;
    if (metrics.lacks("listen"))
        file.faults().error(node->line, "`listen` is missing in metrics: add it, such as \"127.0.0.1:9464\"");
    auto text = metrics.text("listen");
    if (!text) return std::nullopt;
    const int line = metrics.line_of("listen");
    const std::size_t colon = text->rfind(':');
    const std::string_view host = std::string_view(*text).substr(0, colon);
    const std::string_view digits =
        colon == std::string::npos ? "" : std::string_view(*text).substr(colon + 1);
    const auto port = parse_number<std::uint16_t>(digits);
    if (!port) {
        file.faults().error(line, "`listen` is ADDRESS:PORT, such as \"127.0.0.1:9464\" or \"[::1]:9464\"");
        return std::nullopt;
    }
    if (!is_loopback_host(host)) {
        file.faults().error(line, "`listen` must be a loopback address, for anybody who reaches it sees the "
                                  "names of all identities and scopes: 127.0.0.1, [::1] or localhost");
        return std::nullopt;
    }
    return loopback_address{.address = numeric(host), .port = *port};
}

} // namespace tokenward
