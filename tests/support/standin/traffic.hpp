// The kinds of request that an IAM and its services get.
#pragma once

#include <string_view>

namespace tokenward::standin {

enum class traffic {
    auth,     ///< POST …/v3/auth/tokens
    validate, ///< GET, HEAD and DELETE of the same
    service,  ///< …/service/…
    other
};

/// "auth", "validate", "service", "other"
std::string_view name_of(traffic kind) noexcept;

/// The kind of that name; throws std::invalid_argument.
traffic traffic_named(std::string_view name);

traffic classify(std::string_view method, std::string_view path) noexcept;

} // namespace tokenward::standin
