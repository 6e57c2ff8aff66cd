// Writes a cloud as a stanza of tokenward.yaml.
#include "daemon/config/cloud_import.hpp"

#include "common/scope.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/config/cloud_merge.hpp"
#include "daemon/config/cloud_reader.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

constexpr std::string_view secret_keys[] = {"password", "totp_secret", "passcode",
                                            "application_credential_secret", "token"};
// Words with a meaning in YAML 1.1 or 1.2, in any case.
constexpr std::string_view words_of_yaml[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};

/// Returns the same sources each time, even if the files change meanwhile.
struct cached_finder final : cloud_finder {
    explicit cached_finder(const cloud_finder& finder) : found(finder.find()) {}
    cloud_sources find() const override { return found; }
    cloud_sources found;
};

/// The cloud's name with characters replaced that the name of an identity can't have.
std::string identity_name(const std::string& cloud) {
    std::string name = cloud.substr(0, 64);
    for (char& c : name)
        if (!is_name(std::string_view(&c, 1))) c = '-';
    return name.empty() || name == "unscoped" ? "cloud-" + name : name;
}

/// A text as YAML, in quotes if it could be read as something else.
std::string as_yaml(const yaml_node& value) {
    const std::string& text = value.text;
    auto is_plain = [&](char c) {
        return is_letter(c) || is_digit(c) || std::string_view("._-/:").find(c) != std::string::npos;
    };
    const bool is_word = std::find(std::begin(words_of_yaml), std::end(words_of_yaml), lower_ascii(text)) !=
                         std::end(words_of_yaml);
    const bool plain = !text.empty() && (is_letter(text.front()) || text.front() == '/') &&
                       text.back() != ':' && std::all_of(text.begin(), text.end(), is_plain) && !is_word;
    if (plain) return text;
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

/// Writes the keys of an identity, with its secrets replaced by the paths of their files.
class stanza_writer {
  public:
    stanza_writer(cloud_import& to, const std::string& folder) : x_to(to), x_folder(folder) {}

    void write(const yaml_node& identity) {
        line("identities:");
        line("  " + as_yaml({.type = kind::text, .text = x_to.identity}) + ":");
        if (const yaml_node* type = find_in(identity, "auth_type")) line("    auth_type: " + as_yaml(*type));
        line("    auth:");
        const yaml_node& auth = *find_in(identity, "auth");
        for (std::size_t i = 0; i + 1 < auth.children.size(); i += 2)
            line("      " + auth.children[i].text + ": " +
                 value(auth.children[i].text, auth.children[i + 1]));
        for (std::string_view key : cloud_keys)
            if (const yaml_node* found = find_in(identity, key); found != nullptr && key != "auth_type")
                line("    " + std::string(key) + ": " +
                     (key == "verify" ? found->text : value(std::string(key), *found)));
        line("    # Who may have its tokens: by default nobody but root and the daemon's own user.");
        line("    #allow: [{user: NAME}]");
    }

  private:
    void line(const std::string& text) { x_to.stanza += text + "\n"; }

    std::string value(const std::string& key, const yaml_node& node) {
        bool is_secret =
            std::find(std::begin(secret_keys), std::end(secret_keys), key) != std::end(secret_keys);
        const yaml_node* variable = find_in(node, "env");
        if (is_secret && (node.type == kind::text || variable != nullptr)) {
            imported_secret moved{.path = x_folder + "/" + x_to.identity + "." + key};
            if (variable != nullptr)
                moved.variable = variable->text;
            else
                moved.value = secret(node.text);
            x_to.secrets.push_back(std::move(moved));
            return "{file: " +
                   as_yaml({.type = kind::text, .quoted = true, .text = x_to.secrets.back().path}) + "}";
        }
        if (node.type == kind::map && node.children.size() == 2) // {file: PATH}, which the cloud may have too
            return "{" + node.children[0].text + ": " + as_yaml(node.children[1]) + "}";
        if (node.type != kind::list) return as_yaml(node);
        std::string items;
        for (const yaml_node& item : node.children) items += (items.empty() ? "" : ", ") + as_yaml(item);
        return "[" + items + "]";
    }

    cloud_import& x_to;
    const std::string& x_folder;
};

/// The faults of an identity that names the cloud. Those in no line of a file are reported as the cloud's.
std::vector<config_fault> faults_of_cloud(const std::string& name, const std::string& identity,
                                          const name_resolver& names, const cloud_finder& finder) {
    yaml_node cloud{.type = kind::text, .quoted = true, .text = name};
    std::string text = "identities:\n  " + as_yaml({.type = kind::text, .text = identity}) +
                       ":\n    cloud: " + as_yaml(cloud) + "\n";
    std::vector<config_fault> faults = parse_config(text, "", names, &finder).faults;
    for (config_fault& fault : faults) {
        if (!fault.file.empty()) continue;
        fault.file = "cloud " + as_yaml(cloud);
        fault.line = 0;
    }
    return faults;
}

} // namespace

bool cloud_import::ok() const {
    auto is_error = [](const config_fault& fault) { return fault.severity == config_fault::level::error; };
    return std::none_of(faults.begin(), faults.end(), is_error);
}

cloud_import import_cloud(const std::string& name, const std::string& folder, const name_resolver& names,
                          const cloud_finder& finder) {
    cloud_import made{.identity = identity_name(name)};
    cached_finder sources(finder);
    made.faults = faults_of_cloud(name, made.identity, names, sources);
    if (!made.ok()) return made;

    fault_list reported_already("");
    yaml_node identity = empty_map(0);
    set_in(identity, "cloud", {.type = kind::text, .text = name}, 0);
    identity = cloud_reader(&sources, reported_already).complete(identity);
    stanza_writer(made, folder).write(identity);
    // Check that the stanza can be read: a fault is better found here than by the operator.
    parsed_config again = parse_config(made.stanza, "the stanza", names);
    if (!again.ok()) made.faults.insert(made.faults.end(), again.faults.begin(), again.faults.end());
    return made;
}

} // namespace tokenward
