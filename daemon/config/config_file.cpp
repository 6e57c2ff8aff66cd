// Reads the configuration file and finds the files of clouds.
#include "daemon/config/config_file.hpp"

#include "daemon/base/text_file.hpp"
#include "daemon/config/cloud_file_finder.hpp"
#include "daemon/names/system_names.hpp"

namespace tokenward {

parsed_config read_config(const std::string& path) {
    return read_config(path, system_names(), patience_at_start);
}

parsed_config read_config(const std::string& path, const name_resolver& names,
                          std::chrono::milliseconds patience) {
    text_file file = read_text_file(path, patience);
    if (file.fault.empty()) {
        cloud_file_finder clouds(is_run_by_a_person());
        return parse_config(file.text, path, names, &clouds);
    }
    parsed_config failed;
    failed.faults.push_back({config_fault::level::error, path, 0, file.fault});
    return failed;
}

} // namespace tokenward
