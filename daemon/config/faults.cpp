// Collects faults, and maps line numbers to files.
#include "daemon/config/faults.hpp"

#include <algorithm>

namespace tokenward {

std::string to_string(const config_fault& fault) {
    std::string place = fault.line == 0 ? fault.file : fault.file + ":" + std::to_string(fault.line);
    bool is_error = fault.severity == config_fault::level::error;
    return place + (is_error ? ": error: " : ": warning: ") + fault.message;
}

int fault_list::add_file(std::string name, bool open_to_others) {
    if (x_files.size() < most_files) x_files.push_back({std::move(name), open_to_others});
    return static_cast<int>(x_files.size() - 1) * lines_per_file;
}

void fault_list::error(int line, std::string message) {
    add(config_fault::level::error, line, std::move(message));
}

void fault_list::warning(int line, std::string message) {
    add(config_fault::level::warning, line, std::move(message));
}

std::string fault_list::where(int line) const {
    const std::string& name = x_files[file_of(line)].name;
    std::string number = "line " + std::to_string(line % lines_per_file);
    if (is_own(line)) return number;
    return line % lines_per_file == 0 ? name : number + " of " + name;
}

void fault_list::add(config_fault::level severity, int line, std::string message) {
    if (full())
        ++x_dropped;
    else
        x_faults.push_back({severity, std::string(), line, std::move(message)});
}

std::vector<config_fault> fault_list::take() {
    auto by_line = [](const config_fault& a, const config_fault& b) { return a.line < b.line; };
    std::stable_sort(x_faults.begin(), x_faults.end(), by_line);
    for (config_fault& fault : x_faults) {
        fault.file = x_files[file_of(fault.line)].name;
        fault.line %= lines_per_file;
    }
    if (x_dropped != 0)
        x_faults.push_back({config_fault::level::error, x_files.front().name, 0,
                            "and " + std::to_string(x_dropped) + " more faults"});
    return std::move(x_faults);
}

} // namespace tokenward
