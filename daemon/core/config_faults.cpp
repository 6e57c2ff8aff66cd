// See config_faults.hpp.
#include "daemon/core/config_faults.hpp"

#include <algorithm>

namespace tokenward {

void fault_list::error(int line, std::string message) {
    add(config_fault::level::error, line, std::move(message));
}

void fault_list::warning(int line, std::string message) {
    add(config_fault::level::warning, line, std::move(message));
}

void fault_list::add(config_fault::level severity, int line, std::string message) {
    if (full())
        ++x_dropped;
    else
        x_faults.push_back({severity, x_file, line, std::move(message)});
}

std::vector<config_fault> fault_list::take() {
    auto by_line = [](const config_fault& a, const config_fault& b) { return a.line < b.line; };
    std::stable_sort(x_faults.begin(), x_faults.end(), by_line);
    if (x_dropped != 0)
        x_faults.push_back(
            {config_fault::level::error, x_file, 0, "and " + std::to_string(x_dropped) + " faults more"});
    return std::move(x_faults);
}

} // namespace tokenward
