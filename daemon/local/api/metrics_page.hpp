// The metrics as families of Prometheus' data model, as far as a caller may read their names.
#pragma once

#include "daemon/local/api/exchange.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace tokenward::local {

/// Every metric there is is in it, if need be without a series. The series follow the configuration, never
/// what callers ask for.
std::vector<prometheus::MetricFamily> metric_families(const call& c);

} // namespace tokenward::local
