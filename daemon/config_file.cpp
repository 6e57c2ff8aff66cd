// See config_file.hpp.
#include "daemon/config_file.hpp"

#include "daemon/clouds_files.hpp"
#include "daemon/system_names.hpp"
#include "daemon/text_file.hpp"

namespace tokenward {

parsed_config read_config(const std::string& path) {
    return read_config(path, system_names(), patience_at_start);
}

parsed_config read_config(const std::string& path, const name_resolver& names,
                          std::chrono::milliseconds patience) {
    text_file file = read_text_file(path, patience);
    if (file.fault.empty()) {
        clouds_files clouds(is_run_by_a_person());
        return parse_config(file.text, path, names, &clouds);
    }
    parsed_config failed;
    failed.faults.push_back({config_fault::level::error, path, 0, file.fault});
    return failed;
}

} // namespace tokenward
