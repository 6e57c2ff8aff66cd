// What of the configuration's data is more than data: ids as text, and how a proxy is named and compared.
#include "daemon/core/config.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/url.hpp"

#include <limits>

namespace tokenward {

std::optional<unsigned> parse_id(std::string_view text) noexcept {
    const auto number = parse_number<unsigned>(text);
    return number && *number != std::numeric_limits<unsigned>::max() ? number : std::nullopt;
}

std::string http_proxy::name() const {
    return "http://" + bracketed(host) + ':' + port;
}

bool operator==(const http_proxy& a, const http_proxy& b) noexcept {
    bool same_credentials = a.credentials == b.credentials ||
                            (a.credentials && b.credentials && *a.credentials == *b.credentials);
    return a.host == b.host && a.port == b.port && a.fault == b.fault && same_credentials;
}

} // namespace tokenward
