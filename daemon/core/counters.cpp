// Which outcome a fetch counts as, and the buckets of its latency.
#include "daemon/core/counters.hpp"

#include <algorithm>
#include <variant>

namespace tokenward {

get_outcome outcome_of(errc error) noexcept {
    switch (error) {
    case errc::denied:
    case errc::unknown_identity: return get_outcome::denied;
    case errc::passcode_required:
    case errc::credential_rejected: return get_outcome::failed;
    default: return describe(error).http_status < 500 ? get_outcome::request_error : get_outcome::failed;
    }
}

login_outcome outcome_of(const fetch_result& result) noexcept {
    const auto* failure = std::get_if<fetch_failure>(&result.outcome);
    if (failure == nullptr) return login_outcome::granted;
    if (failure->withheld) return login_outcome::withheld;
    switch (failure->error.code) {
    case errc::credential_rejected:
    case errc::passcode_required:
        return failure->upstream_status == 0 ? login_outcome::withheld : login_outcome::rejected;
    default: break;
    }
    const int status = describe(failure->error.code).http_status;
    const bool is_request_fault = status < 500 && failure->error.code != errc::too_many_requests;
    return is_request_fault ? login_outcome::scope_refused : login_outcome::failed;
}

void latency_histogram::observe(duration took) noexcept {
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 0.0);
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    ++x_buckets[static_cast<std::size_t>(bucket)];
    ++x_count;
    x_sum += seconds;
}

void counters::configure(const std::vector<identity_config>& identities) {
    std::erase_if(x_identities, [&](const auto& known) {
        return std::none_of(identities.begin(), identities.end(),
                            [&](const identity_config& i) { return i.name == known.first; });
    });
    for (const identity_config& i : identities) x_identities.try_emplace(i.name);
}

identity_counters& counters::of(std::string_view identity) noexcept {
    auto found = x_identities.find(identity);
    return found == x_identities.end() ? x_none : found->second;
}

const identity_counters& counters::of(std::string_view identity) const noexcept {
    auto found = x_identities.find(identity);
    return found == x_identities.end() ? x_none : found->second;
}

} // namespace tokenward
