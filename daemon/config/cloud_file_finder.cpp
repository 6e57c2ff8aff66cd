// Looks for the files in the order of openstack.config.loader.
#include "daemon/config/cloud_file_finder.hpp"

#include "common/posix.hpp"
#include "daemon/base/text_file.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <set>

namespace tokenward {
namespace {

/// As Python's expanduser(): $HOME for the own user, else the user database.
std::string home_of(const std::string& user) {
    if (std::string home(environment_variable("HOME")); user.empty() && !home.empty()) return home;
    const passwd* found = user.empty() ? getpwuid(geteuid()) : getpwnam(user.c_str());
    return found != nullptr ? found->pw_dir : "";
}

std::string working_folder() {
    char path[4096];
    return getcwd(path, sizeof path) != nullptr ? path : "";
}

std::vector<std::string> folders(bool in_working_directory, const std::string& home) {
    std::vector<std::string> all;
    auto add = [&](const std::string& folder) {
        if (folder.starts_with('/')) all.push_back(folder);
    };
    if (in_working_directory) add(working_folder());
    if (std::string own(environment_variable("XDG_CONFIG_HOME")); !own.empty()) add(own + "/openstack");
    add(home + "/.config/openstack");
    std::string shared(environment_variable("XDG_CONFIG_DIRS"));
    if (shared.empty()) shared = "/etc/xdg";
    add(shared.substr(0, shared.find(':')) + "/openstack");
    add("/etc/openstack");
    return all;
}

/// The first of the files `name` that can be read, or the one that the variable `named_by` names.
std::optional<cloud_file> find_file(const char* named_by, const std::string& name,
                                    const std::vector<std::string>& in, cloud_sources& found) {
    std::vector<std::string> paths;
    if (std::string path(environment_variable(named_by)); !path.empty()) paths.push_back(path);
    for (const std::string& folder : in)
        for (const char* suffix : {".yaml", ".yml", ".json"})
            paths.push_back(std::string(folder).append("/").append(name).append(suffix));
    for (const std::string& path : paths) {
        text_file read = read_text_file(path);
        bool is_there = read.error != ENOENT && read.error != ENOTDIR;
        // Of the three suffixes one is enough to name a folder.
        if (name == "clouds" && (is_there || !(path.ends_with(".yml") || path.ends_with(".json"))))
            found.looked_at.push_back(path);
        if (read.fault.empty()) return cloud_file{path, std::move(read.text), read.open_to_others};
        if (is_there) found.passed_over.push_back({path, read.fault});
    }
    return std::nullopt;
}

/// Whether openstacksdk takes the variable as an option of a login.
bool is_option(std::string_view name) {
    if (!name.starts_with("OS_") || name == "OS_") return false;
    for (std::string_view prefix : {"OS_TEST", "OS_STD", "OS_LOG", "OS_CLIENT_"})
        if (name.starts_with(prefix)) return false;
    return name != "OS_CLOUD" && name != "OS_CLOUD_NAME";
}

std::vector<cloud_variable> variables() {
    static std::set<std::string> seen_secrets;
    std::vector<cloud_variable> all;
    bool only_region = true; // a region alone makes no cloud
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        std::string name(text.substr(0, text.find('=')));
        if (!is_option(name) || name.size() + 1 >= text.size()) continue;
        if (is_secret_variable(name))
            seen_secrets.insert(name);
        else
            all.push_back({name, std::string(text.substr(name.size() + 1))});
        only_region = only_region && name == "OS_REGION_NAME";
    }
    for (const std::string& name : seen_secrets) all.push_back({name, {}});
    if (only_region && seen_secrets.empty()) all.clear();
    return all;
}

} // namespace

cloud_sources cloud_file_finder::find() const {
    cloud_sources found{.home_of = home_of,
                        .variables_name = std::string(environment_variable("OS_CLOUD_NAME"))};
    std::vector<std::string> in = folders(x_in_working_directory, home_of({}));
    found.clouds = find_file("OS_CLIENT_CONFIG_FILE", "clouds", in, found);
    found.secure = find_file("OS_CLIENT_SECURE_FILE", "secure", in, found);
    found.vendor = find_file("OS_CLIENT_VENDOR_FILE", "clouds-public", in, found);
    found.variables = variables();
    return found;
}

bool is_run_by_a_person() {
    // systemd names the process that it started; a shell in a session of systemd's inherits another number.
    return geteuid() != 0 && environment_variable("SYSTEMD_EXEC_PID") != std::to_string(getpid());
}

} // namespace tokenward
