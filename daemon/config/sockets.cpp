// Reads `socket` or `sockets`: where callers connect, and the identities that each socket shows.
#include "daemon/config/section_readers.hpp"

#include "daemon/config/suggestion.hpp"

#include <algorithm>

namespace tokenward {
namespace {

constexpr std::size_t longest_socket_path = 107; // sockaddr_un has room for 108 bytes with the NUL

std::optional<unsigned> read_mode(const config_section& socket) {
    const yaml_node* value = socket.find("mode");
    if (value == nullptr) return std::nullopt;
    std::string_view text = value->text;
    bool says_octal = text.starts_with("0o");
    std::string_view digits = text.substr(says_octal ? 2 : 0);
    bool octal = digits.size() >= 3 && digits.size() <= 4 &&
                 digits.find_first_not_of("01234567") == std::string_view::npos;
    // YAML 1.1 reads a bare 0666 as octal, YAML 1.2 as six hundred and sixty-six.
    if (octal && (value->quoted || says_octal)) {
        if (digits.size() == 3 || digits.front() == '0')
            return static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 8));
        socket.faults().error(value->line, "`mode` must be at most \"0777\"");
    } else {
        socket.faults().error(value->line,
                              "`mode` must be three or four octal digits in quotes, such as \"0666\"");
    }
    return std::nullopt;
}

socket_config read_place(const config_section& socket) {
    socket_config made;
    made.path = socket.path("path", longest_socket_path).value_or("");
    made.mode = read_mode(socket).value_or(made.mode);
    return made;
}

/// The names under `identities` of a socket. Reports those that are not configured.
std::vector<std::string> read_shown(const config_section& socket, const std::vector<identity_config>& known) {
    std::vector<std::string> shown;
    const yaml_node* list = socket.find("identities");
    if (list == nullptr) return shown;
    const std::string what = "`identities` of " + socket.path();
    for (const yaml_node& each : read_list(*list, what, socket.faults())) {
        auto name = read_text(each, "an identity", 64, socket.faults());
        if (!name) continue;
        auto is_named = [&](const identity_config& i) { return i.name == *name; };
        if (std::none_of(known.begin(), known.end(), is_named)) {
            std::vector<std::string_view> names;
            for (const identity_config& i : known) names.push_back(i.name);
            socket.faults().error(each.line, unknown_word_message("identity", *name, names));
        }
        shown.push_back(std::move(*name));
    }
    if (list->type == yaml_node::kind::list && list->children.empty())
        socket.faults().error(list->line,
                              what + " is empty: name those that it shows, or leave it out for all");
    return shown;
}

std::vector<socket_config> read_list_of_sockets(const yaml_node& list, const config_section& file,
                                                const std::vector<identity_config>& known) {
    std::vector<socket_config> made;
    auto items = read_list(list, "`sockets`", file.faults());
    for (const yaml_node& each : items) {
        config_section socket(each, "sockets." + std::to_string(made.size() + 1), config_keys::one_of_sockets,
                              file.faults());
        socket_config& one = made.emplace_back(read_place(socket));
        one.identities = read_shown(socket, known);
        if (each.type == yaml_node::kind::map && socket.lacks("path"))
            file.faults().error(socket.line(), "`path` is missing in " + socket.path());
        auto is_same = [&](const socket_config& other) { return other.path == one.path; };
        if (!one.path.empty() && std::count_if(made.begin(), made.end(), is_same) > 1)
            file.faults().error(socket.line_of("path"), "there are two sockets at " + one.path);
    }
    if (list.type == yaml_node::kind::list && list.children.empty())
        file.faults().error(list.line, "`sockets` is empty: name at least one, or leave it out");
    return made;
}

} // namespace

std::vector<socket_config> read_sockets(const config_section& file,
                                        const std::vector<identity_config>& known) {
    const yaml_node* one = file.find("socket");
    const yaml_node* several = file.find("sockets");
    if (one != nullptr && several != nullptr)
        file.faults().error(file.line_of("sockets"), "`socket` and `sockets` are both given: keep one");
    std::vector<socket_config> made;
    if (several != nullptr) made = read_list_of_sockets(*several, file, known);
    if (one != nullptr)
        made = {read_place(config_section(*one, "socket", config_keys::socket, file.faults()))};
    if (made.empty()) made.emplace_back();
    return made;
}

} // namespace tokenward
