// Reads where a secret comes from: {credential: NAME}, {file: PATH}, {env: NAME} or a plain text.
#include "daemon/config/section_readers.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/config/suggestion.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

using kind = yaml_node::kind;
using source = secret_ref::source;

constexpr auto secret_forms = "{credential: NAME}, {file: PATH} or {env: NAME}";

bool is_variable(std::string_view name) {
    auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
    return !is_digit(name.front()) && std::all_of(name.begin(), name.end(), fits);
}

bool is_file_name(std::string_view name) {
    return name.find('/') == std::string_view::npos && name != "." && name != "..";
}

/// Why `name` is not valid for its source; empty if it is.
std::string_view name_fault(source from, std::string_view name) {
    if (from == source::file && name.front() != '/')
        return "must be an absolute path, one that begins with `/`";
    if (from == source::credential && !is_file_name(name))
        return "must be the name of a credential, without `/`";
    if (from == source::env && !is_variable(name)) return "must be the name of a variable, without `$`";
    return {};
}

/// Messages never repeat keys: {hunter2} may be a password in braces instead of quotes.
std::optional<secret_ref> read_source(const yaml_node& map, const std::string& what, fault_list& faults) {
    const yaml_node& key = map.children[0];
    const auto& words = config_keys::words::secret;
    const auto* found = std::find(words.begin(), words.end(), key.text);
    if (found == words.end()) {
        auto best = closest_match(key.text, words);
        std::string hint = best ? ": did you mean `" + std::string(*best) + "`?" : std::string();
        faults.error(key.line, "unknown key in " + what + ", which must be " + secret_forms + hint);
        return std::nullopt;
    }
    constexpr std::array sources{source::credential, source::file, source::env};
    static_assert(sources.size() == config_keys::words::secret.size()); // credential, file, env
    const source from = sources[static_cast<std::size_t>(found - words.begin())];
    std::string place = what + ": `" + std::string(*found) + "`";
    if (map.children[1].type == kind::null) {
        faults.error(key.line, place + " has no value: give it one");
        return std::nullopt;
    }
    auto name = read_text(map.children[1], place, from == source::file ? 4095 : 255, faults);
    if (!name) return std::nullopt;
    if (auto fault = name_fault(from, *name); !fault.empty()) {
        faults.error(key.line, place + " " + std::string(fault));
        return std::nullopt;
    }
    return secret_ref{from, *name, faults.file(key.line), fault_list::number(key.line)};
}

} // namespace

std::optional<secret_ref> read_secret_ref(const config_section& parent, std::string_view key) {
    const yaml_node* value = parent.find(key);
    if (value == nullptr) return std::nullopt;
    std::string what = "`" + std::string(key) + "`";
    fault_list& faults = parent.faults();
    if (value->type == kind::map && value->children.size() == 2 && value->children[0].type == kind::text)
        return read_source(*value, what, faults);
    if (value->type != kind::text) {
        faults.error(value->line, what + " must be one of " + secret_forms);
        return std::nullopt;
    }
    if (value->text.empty()) {
        faults.error(value->line, what + " is empty: give one of " + secret_forms);
        return std::nullopt;
    }
    if (faults.is_own(value->line))
        faults.warning(value->line,
                       what + " is in this file as plain text: put it into a file of its own that only "
                              "the daemon may read, and write {file: /path/to/it} here");
    else if (faults.is_open(value->line)) // plain text is the only form in clouds.yaml
        faults.warning(value->line, what + " is in a file that other users may read: run chmod go-rwx on it");
    return secret_ref{source::inline_text, value->text, faults.file(value->line),
                      fault_list::number(value->line)};
}

} // namespace tokenward
