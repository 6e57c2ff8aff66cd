// Reads clouds.yaml, secure.yaml, clouds-public.yaml and the OS_* variables, and finds a cloud in them.
#include "daemon/config/cloud_reader.hpp"

#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/config/cloud_merge.hpp"
#include "daemon/config/config_section.hpp"
#include "daemon/config/identity_merge.hpp"
#include "daemon/config/json.hpp"
#include "daemon/config/suggestion.hpp"
#include "daemon/config/yaml.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

constexpr int all_depths = 16;

/// A name from a file or variable, made fit for a message.
std::string shown(std::string_view name) {
    bool fit = name.size() <= 64 && std::none_of(name.begin(), name.end(), is_control) && is_utf8(name);
    return fit ? "`" + std::string(name) + "`" : "with an unprintable name";
}

std::string listed(const std::vector<std::string>& items, const std::string& of_none) {
    constexpr std::size_t most = 24;
    std::string text;
    for (std::size_t i = 0; i < std::min(items.size(), most); ++i) text += (i == 0 ? "" : ", ") + items[i];
    if (items.size() > most) text += ", …";
    return text.empty() ? of_none : text;
}

std::string variables_name(const cloud_sources& from) {
    return from.variables_name.empty() ? std::string(variables_cloud) : from.variables_name;
}

/// Takes the map under `key` out of a file; a null if there is none. Another value is reported.
yaml_node map_under(yaml_node& root, std::string_view key, fault_list& faults) {
    yaml_node taken = take_from(root, key);
    if (taken.type == kind::map || taken.type == kind::null) return taken;
    faults.error(taken.line, "`" + std::string(key) + "` must be a map, each name with its keys");
    return {};
}

} // namespace

bool is_secret_variable(std::string_view name) noexcept {
    constexpr std::string_view secrets[] = {
        "OS_PASSWORD",   "OS_TOKEN", "OS_AUTH_TOKEN", "OS_PASSCODE", "OS_APPLICATION_CREDENTIAL_SECRET",
        "OS_TOTP_SECRET"};
    return std::find(std::begin(secrets), std::end(secrets), name) != std::end(secrets);
}

yaml_node cloud_reader::complete(const yaml_node& identity) {
    const yaml_node* said = find_in(identity, "cloud");
    if (said == nullptr || said->type == kind::null) return identity;
    yaml_node made = identity;
    int line = line_in(identity, "cloud");
    auto name = read_text(*said, "`cloud`", 255, x_faults);
    auto login = name ? cloud_of(identity, *name, line) : std::nullopt;
    if (login)
        add_cloud_login(made, std::move(*login));
    else
        set_in(made, "auth", {.type = kind::broken, .line = line}, line);
    return made;
}

std::vector<std::string> cloud_reader::names() {
    std::vector<std::string> all;
    const yaml_node& clouds = open().clouds;
    for (std::size_t i = 0; i + 1 < clouds.children.size(); i += 2) all.push_back(clouds.children[i].text);
    return all;
}

std::optional<yaml_node> cloud_reader::cloud_of(const yaml_node& identity, const std::string& name,
                                                int line) {
    const yaml_node* found = open().sound ? find(name, line) : nullptr;
    if (found == nullptr) return std::nullopt;
    cloud_request request{.line = line, .home_of = x_contents->from.home_of};
    const yaml_node* region = find_in(identity, "region_name");
    if (region != nullptr && region->type == kind::text) {
        request.region = region->text;
        request.region_line = region->line;
    }
    yaml_node cloud = *found;
    if (is_blank(cloud)) cloud = empty_map(line);
    if (cloud.type != kind::map) {
        x_faults.error(cloud.line, "cloud " + shown(name) + " must be a map, lines of `key: value`");
        return std::nullopt;
    }
    use_underscores(cloud);
    yaml_node profile = profile_of(cloud);
    use_underscores(profile);
    return merge_cloud(cloud, profile, request, x_faults);
}

const yaml_node* cloud_reader::find(const std::string& name, int line) {
    const cloud_contents& all = open();
    if (const yaml_node* found = find_in(all.clouds, name)) return found;
    if (name == variables_name(all.from)) {
        x_faults.error(line, "no variables for cloud " + shown(name) +
                                 ": set OS_AUTH_URL, OS_USERNAME and the others");
        return nullptr;
    }
    std::string looked = " (looked at " + listed(all.from.looked_at, "no file") + ")";
    if (!all.from.clouds) {
        x_faults.error(line, "no clouds.yaml with cloud " + shown(name) + looked);
        return nullptr;
    }
    std::vector<std::string> existing = names();
    std::vector<std::string_view> words(existing.begin(), existing.end());
    auto meant = closest_match(name, words);
    std::vector<std::string> texts;
    for (const std::string& each : existing) texts.push_back(shown(each));
    x_faults.error(line, "no cloud " + shown(name) +
                             (meant ? ", did you mean " + shown(*meant) + "? There are " : ": there are ") +
                             listed(texts, "none") + looked);
    return nullptr;
}

yaml_node cloud_reader::profile_of(const yaml_node& cloud) {
    const yaml_node* name = find_in(cloud, "profile");
    if (name == nullptr) name = find_in(cloud, "cloud"); // its old name
    if (name == nullptr || name->type != kind::text || name->text.empty()) return {};
    const yaml_node* found = find_in(open().profiles, name->text);
    if (found != nullptr && found->type == kind::map) return *found;
    yaml_node built_in = built_in_profile(name->text);
    if (built_in.type == kind::map)
        shift_lines(built_in, x_faults.add_file("profile " + name->text, false));
    else
        x_faults.warning(name->line,
                         "profile " + shown(name->text) +
                             " is not known: put it into clouds-public.yaml, under `public-clouds`");
    return built_in;
}

const cloud_contents& cloud_reader::open() {
    if (x_contents) return *x_contents;
    x_contents.emplace();
    cloud_contents& made = *x_contents;
    if (x_finder == nullptr) return made;
    made.from = x_finder->find();
    for (const auto& each : made.from.passed_over)
        x_faults.warning(x_faults.add_file(each.path, false), each.reason + ": ignored");
    yaml_node root = read(made.from.clouds, made);
    yaml_node secure = read(made.from.secure, made);
    if (root.type != kind::map) root = empty_map(0);
    if (secure.type == kind::map) overlay(root, secure, all_depths);
    made.clouds = map_under(root, "clouds", x_faults);
    if (made.clouds.type != kind::map) made.clouds = empty_map(0);
    made.profiles = map_under(root, "public-clouds", x_faults);
    yaml_node vendor = read(made.from.vendor, made);
    yaml_node profiles = map_under(vendor, "public-clouds", x_faults);
    if (made.profiles.type != kind::map) made.profiles = empty_map(0);
    if (profiles.type == kind::map) overlay(made.profiles, profiles, 1);
    add_variables(made);
    return made;
}

yaml_node cloud_reader::read(const std::optional<cloud_file>& file, cloud_contents& to) {
    if (!file) return {};
    fault_list own(file->path);
    auto root = file->path.ends_with(".json") ? parse_json(file->text, own)
                                              : parse_yaml(file->text, own, yaml_dialect::openstack);
    int base = x_faults.add_file(file->path, file->open_to_others);
    auto faults = own.take();
    for (config_fault& fault : faults) x_faults.error(base + fault.line, std::move(fault.message));
    to.sound = to.sound && faults.empty();
    if (!root) return {};
    shift_lines(*root, base);
    if (root->type == kind::map || root->type == kind::null) return std::move(*root);
    x_faults.error(root->line, "must be a map, lines of `key: value`");
    to.sound = false;
    return {};
}

void cloud_reader::add_variables(cloud_contents& to) {
    if (to.from.variables.empty()) return;
    yaml_node cloud = empty_map(0);
    for (const cloud_variable& each : to.from.variables) {
        if (!each.name.starts_with("OS_") || each.name == "OS_CLOUD") continue;
        int line = x_faults.add_file("$" + each.name, false); // a variable has no lines
        const std::string key = lower_ascii(std::string_view(each.name).substr(3));
        yaml_node value{.type = kind::text, .line = line, .text = each.value};
        if (is_secret_variable(each.name)) {
            value = empty_map(line);
            set_in(value, "env", {.type = kind::text, .line = line, .text = each.name}, line);
        }
        set_in(cloud, key, std::move(value), line);
    }
    const std::string name = variables_name(to.from);
    if (find_in(to.clouds, name) != nullptr) {
        x_faults.error(line_in(to.clouds, name),
                       "cloud " + shown(name) +
                           " has the same name as the cloud made from the OS_* variables: "
                           "rename it, or set OS_CLOUD_NAME");
        to.sound = false;
    }
    set_in(to.clouds, name, std::move(cloud), 0);
}

} // namespace tokenward
