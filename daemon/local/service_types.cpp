// See service_types.hpp. The facts are those of the OpenStack Service Types Authority, as of 2019-05.
#include "daemon/local/service_types.hpp"

#include <algorithm>
#include <array>

namespace tokenward::local {
namespace {

// The official type, then its aliases, the best first.
using row = std::array<std::string_view, 5>;
constexpr std::array rows{
    row{"admin-logic", "registration"},
    row{"alarm", "alarming"},
    row{"application-container", "container"},
    row{"application-deployment", "application_deployment"},
    row{"baremetal", "bare-metal"},
    row{"block-storage", "volumev3", "volumev2", "volume", "block-store"},
    row{"clustering", "resource-cluster", "cluster"},
    row{"container-infrastructure-management", "container-infrastructure", "container-infra"},
    row{"event", "events"},
    row{"instance-ha", "ha"},
    row{"message", "messaging"},
    row{"meter", "metering", "telemetry"},
    row{"monitoring-logging", "monitoring-log-api"},
    row{"multi-region-network-automation", "tricircle"},
    row{"operator-policy", "policy"},
    row{"resource-optimization", "infra-optim"},
    row{"root-cause-analysis", "rca"},
    row{"shared-file-system", "sharev2", "share"},
    row{"workflow", "workflowv2"},
};

bool names_version(std::string_view type) noexcept {
    return type.size() > 2 && type[type.size() - 2] == 'v' && type.back() >= '0' && type.back() <= '9';
}

} // namespace

std::vector<std::string_view> types_meant_by(std::string_view asked) {
    std::vector<std::string_view> types{asked};
    for (const row& r : rows) {
        if (std::find(r.begin(), r.end(), asked) == r.end()) continue;
        for (std::string_view type : r) {
            bool other_version = names_version(asked) && type != r.front();
            if (!type.empty() && type != asked && !other_version) types.push_back(type);
        }
    }
    return types;
}

} // namespace tokenward::local
