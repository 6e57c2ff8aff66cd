// Merges profile, cloud and region in the order of openstack.config.loader, get_one().
#include "daemon/config/cloud_merge.hpp"

#include "common/scope.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/config/cloud_options.hpp"
#include "daemon/config/suggestion.hpp"
#include "daemon/config/yaml.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

struct known_profile {
    std::string_view name;
    std::string_view text;
};
constexpr known_profile profiles[] = {{"otc",
                                       "auth: {auth_url: 'https://iam.{region_name}.otc.t-systems.com/v3'}\n"
                                       "regions: [eu-de, eu-nl]\n"
                                       "interface: public\n"}};

struct region {
    yaml_node name{};
    yaml_node values{}; ///< a map, or a null
};

region region_of(const yaml_node& item) {
    const yaml_node* name = find_in(item, "name");
    if (item.type == kind::text) return {item, {}};
    if (name == nullptr || name->type != kind::text) return {};
    const yaml_node* values = find_in(item, "values");
    return {*name, values != nullptr && values->type == kind::map ? *values : yaml_node{}};
}

/// The regions of a cloud or profile. The old form is a text with commas.
std::vector<region> regions_of(const yaml_node& config) {
    std::vector<region> all;
    const yaml_node* list = find_in(config, "regions");
    if (list != nullptr && list->type == kind::list) {
        for (const yaml_node& item : list->children)
            if (region each = region_of(item); !each.name.text.empty()) all.push_back(std::move(each));
        return all;
    }
    const yaml_node* name = find_in(config, "region_name");
    if (name == nullptr || name->type != kind::text) return all;
    for (std::string_view rest = name->text; !rest.empty();) {
        std::size_t end = std::min(rest.find(','), rest.size());
        region each{*name, {}};
        each.name.text = std::string(trimmed(rest.substr(0, end)));
        if (!each.name.text.empty()) all.push_back(std::move(each));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
}

/// The region that is asked for, else the first. None after a report that the cloud does not have it.
std::optional<region> choose_region(const std::vector<region>& all, const cloud_request& request,
                                    fault_list& faults) {
    if (request.region.empty()) return all.empty() ? region{} : all.front();
    region asked{{.type = kind::text, .line = request.region_line, .text = request.region}, {}};
    if (all.empty()) return asked;
    auto is_it = [&](const region& each) { return each.name.text == request.region; };
    auto found = std::find_if(all.begin(), all.end(), is_it);
    if (found != all.end()) return *found;
    std::vector<std::string_view> names;
    for (const region& each : all)
        if (is_name(each.name.text)) names.push_back(each.name.text);
    faults.error(request.region_line, unknown_word_message("region of the cloud", request.region, names));
    return std::nullopt;
}

/// Expands `~/` and `~USER/` as the shell does. The path of an unknown user is not changed.
void expand_home(yaml_node& map, std::string_view key, const home_function& home_of) {
    yaml_node* path = find_in(map, key);
    if (path == nullptr || path->type != kind::text || !path->text.starts_with('~') || !home_of) return;
    const std::size_t end = std::min(path->text.find('/'), path->text.size());
    const std::string home = home_of(path->text.substr(1, end - 1));
    if (!home.empty()) path->text.replace(0, end, home);
}

/// Reduces `interface` to one word without the old suffix `URL`; of a list the first counts.
void simplify_interface(yaml_node& login) {
    yaml_node* interface = find_in(login, "interface");
    if (interface == nullptr) return;
    if (interface->type == kind::list && !interface->children.empty()) {
        yaml_node first = interface->children.front();
        *interface = std::move(first);
    }
    if (interface->text.ends_with("URL")) interface->text.resize(interface->text.size() - 3);
}

bool is_true(const yaml_node& value) {
    const std::string text = lower_ascii(value.text);
    return text == "true" || (!value.quoted && (text == "yes" || text == "on"));
}

/// Reads `verify` as templates and variables write it: a boolean, quoted or not, or a file of certificate
/// authorities, which becomes `cacert` if there is none. Other texts stay, and are reported later.
void simplify_verify(yaml_node& login) {
    yaml_node* verify = find_in(login, "verify");
    if (verify == nullptr || verify->type != kind::text) return;
    const std::string text = lower_ascii(trimmed(verify->text));
    auto is_one_of = [&](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), text) != words.end();
    };
    const bool is_file = verify->text.starts_with('/') || verify->text.starts_with('~');
    if (is_file && find_in(login, "cacert") == nullptr) {
        yaml_node file = *verify;
        const int line = line_in(login, "verify");
        set_in(login, "cacert", std::move(file), line);
        verify = find_in(login, "verify");
    }
    if (is_file || is_one_of({"true", "yes", "on", "1"}))
        *verify = {.type = kind::text, .line = verify->line, .text = "true"};
    else if (is_one_of({"false", "no", "off", "0"}))
        *verify = {.type = kind::text, .line = verify->line, .text = "false"};
}

/// The keys of the merged `config` that an identity uses.
yaml_node login_of(yaml_node config, const cloud_request& request, fault_list& faults) {
    yaml_node login = empty_map(request.line);
    for (std::string_view key : {"cacert", "cert", "key"}) expand_placeholders(config, key, config, faults);
    for (std::string_view key : cloud_keys) {
        const yaml_node* value = find_in(config, key);
        if (value != nullptr && !is_blank(*value)) set_in(login, key, *value, line_in(config, key));
    }
    simplify_verify(login);
    const yaml_node* insecure = find_in(config, "insecure");
    if (insecure != nullptr && insecure->type == kind::text && is_true(*insecure)) {
        int line = line_in(config, "insecure");
        set_in(login, "verify", {.type = kind::text, .line = line, .text = "false"}, line);
    }
    for (std::string_view key : {"cacert", "cert", "key"}) expand_home(login, key, request.home_of);
    simplify_interface(login);
    int line = line_in(config, "auth");
    set_in(login, "auth", take_from(config, "auth"), line);
    return login;
}

} // namespace

yaml_node built_in_profile(std::string_view name) {
    for (const known_profile& each : profiles) {
        if (each.name != name) continue;
        fault_list none{""};
        return parse_yaml(each.text, none).value_or(yaml_node{});
    }
    return {};
}

std::optional<yaml_node> merge_cloud(const yaml_node& cloud, const yaml_node& profile,
                                     const cloud_request& request, fault_list& faults) {
    yaml_node config = empty_map(request.line);
    if (profile.type == kind::map) overlay_with_auth(config, profile);
    overlay_with_auth(config, cloud);
    std::vector<region> regions = regions_of(cloud);
    if (regions.empty()) regions = regions_of(profile);
    auto chosen = choose_region(regions, request, faults);
    if (!chosen) return std::nullopt;
    if (chosen->values.type == kind::map) overlay_with_auth(config, chosen->values);
    (void)take_from(config, "region_name");
    if (chosen->name.type == kind::text) set_in(config, "region_name", chosen->name, chosen->name.line);

    if (find_in(config, "auth") == nullptr || is_blank(*find_in(config, "auth")))
        set_in(config, "auth", empty_map(request.line), request.line);
    if (find_in(config, "auth")->type == kind::map) {
        find_in(config, "auth")->line = request.line; // a missing key is reported for this line
        normalise_options(config);
        expand_placeholders(*find_in(config, "auth"), "auth_url", config, faults);
    }
    return login_of(std::move(config), request, faults);
}

} // namespace tokenward
