// The official types of OpenStack services and their aliases, by the Service Types Authority as of 2019-05.
#include "daemon/local/api/catalog.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace tokenward::local {
namespace {

// The official type, then its aliases, the best first.
using synonyms = std::array<std::string_view, 5>;
constexpr std::array rows{
    synonyms{"admin-logic", "registration"},
    synonyms{"alarm", "alarming"},
    synonyms{"application-container", "container"},
    synonyms{"application-deployment", "application_deployment"},
    synonyms{"baremetal", "bare-metal"},
    synonyms{"block-storage", "volumev3", "volumev2", "volume", "block-store"},
    synonyms{"clustering", "resource-cluster", "cluster"},
    synonyms{"container-infrastructure-management", "container-infrastructure", "container-infra"},
    synonyms{"event", "events"},
    synonyms{"instance-ha", "ha"},
    synonyms{"message", "messaging"},
    synonyms{"meter", "metering", "telemetry"},
    synonyms{"monitoring-logging", "monitoring-log-api"},
    synonyms{"multi-region-network-automation", "tricircle"},
    synonyms{"operator-policy", "policy"},
    synonyms{"resource-optimization", "infra-optim"},
    synonyms{"root-cause-analysis", "rca"},
    synonyms{"shared-file-system", "sharev2", "share"},
    synonyms{"workflow", "workflowv2"},
};

bool names_version(std::string_view type) noexcept {
    return type.size() > 2 && type[type.size() - 2] == 'v' && is_digit(type.back());
}

} // namespace

std::vector<std::string_view> types_meant_by(std::string_view asked) {
    std::vector<std::string_view> types{asked};
    for (const synonyms& r : rows) {
        if (std::find(r.begin(), r.end(), asked) == r.end()) continue;
        for (std::string_view type : r) {
            bool other_version = names_version(asked) && type != r.front();
            if (!type.empty() && type != asked && !other_version) types.push_back(type);
        }
    }
    return types;
}

} // namespace tokenward::local
