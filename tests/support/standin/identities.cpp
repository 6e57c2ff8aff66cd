// See identities.hpp.
#include "tests/support/standin/identities.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view default_world = R"({
  "domains": [{"name": "OTC00000000001000000000"}, {"name": "Default", "id": "default"}],
  "projects": [{"name": "eu-de"}, {"name": "eu-de_staging"}, {"name": "eu-nl"}],
  "users": [
    {"name": "ci-bot", "password": "stand-in-password-of-ci-bot"},
    {"name": "limited-bot", "password": "stand-in-password-of-limited-bot", "projects": ["eu-de"]},
    {"name": "mfa-bot", "password": "stand-in-password-of-mfa-bot",
     "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}],
  "application_credentials": [
    {"id": "stand-in-credential", "name": "ci", "secret": "stand-in-secret-of-credential",
     "user": "ci-bot", "project": "eu-de"}]
})";

std::string text_of(const json::object& entry, std::string_view key) {
    const auto* const value = entry.if_contains(key);
    if (value == nullptr) return {};
    if (!value->is_string()) throw std::invalid_argument(std::string(key) + " must be a string");
    return std::string(value->get_string());
}

std::string required(const json::object& entry, std::string_view key) {
    auto text = text_of(entry, key);
    if (text.empty()) throw std::invalid_argument(std::string(key) + " is missing");
    return text;
}

/// Overwrites `field` when the entry has the key.
void take(const json::object& entry, std::string_view key, std::string& field) {
    if (entry.contains(key)) field = text_of(entry, key);
}

template <class T>
const T* by_id(const std::vector<T>& all, std::string_view id) {
    const auto found = std::ranges::find(all, id, &T::id);
    return found == all.end() ? nullptr : &*found;
}

/// Gives something new its id; what is there keeps its own, for tokens and credentials refer to it.
void give_id(const json::object& entry, std::string& id, std::string_view kind, const std::string& name) {
    const auto said = text_of(entry, "id");
    if (id.empty())
        id = said.empty() ? derived_id(kind, name) : said;
    else if (!said.empty() && said != id)
        throw std::invalid_argument(name + " is there already, with another id");
}

/// The element that `same` finds, or a new one.
template <class T, class F>
T& found_or_added(std::vector<T>& all, F same) {
    const auto found = std::ranges::find_if(all, same);
    return found == all.end() ? all.emplace_back() : *found;
}

} // namespace

std::string derived_id(std::string_view kind, std::string_view name) {
    const std::string text = fmt::format("{}:{}", kind, name);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::string id;
    for (std::size_t i = 0; i < 16; ++i) id += fmt::format("{:02x}", digest[i]);
    return id;
}

identities::identities() {
    merge(json::parse(default_world).as_object());
}

void identities::merge(const json::object& document) {
    using merger = void (identities::*)(const json::object&);
    static constexpr std::array<std::pair<std::string_view, merger>, 4> sections{{
        {"domains", &identities::merge_domain},
        {"projects", &identities::merge_project},
        {"users", &identities::merge_user},
        {"application_credentials", &identities::merge_application_credential},
    }};
    for (const auto& entry : document)
        if (std::ranges::none_of(sections, [&](const auto& section) { return section.first == entry.key(); }))
            throw std::invalid_argument("unknown key " + std::string(entry.key()));
    for (const auto& [name, merge_one] : sections) { // in this order: later ones name earlier ones
        const auto* const list = document.if_contains(name);
        if (list == nullptr) continue;
        if (!list->is_array()) throw std::invalid_argument(std::string(name) + " must be a list");
        for (const auto& entry : list->get_array()) {
            if (!entry.is_object()) throw std::invalid_argument(std::string(name) + " must hold objects");
            (this->*merge_one)(entry.get_object());
        }
    }
}

void identities::merge_domain(const json::object& entry) {
    const auto name = required(entry, "name");
    auto& it = found_or_added(x_domains, [&](const domain& d) { return d.name == name; });
    give_id(entry, it.id, "domain", name);
    it.name = name;
}

void identities::merge_project(const json::object& entry) {
    const auto name = required(entry, "name");
    const auto home = home_of(entry);
    auto& it =
        found_or_added(x_projects, [&](const project& p) { return p.name == name && p.domain_id == home; });
    give_id(entry, it.id, "project", home + "/" + name);
    it.name = name;
    it.domain_id = home;
}

void identities::merge_user(const json::object& entry) {
    const auto name = required(entry, "name");
    const auto home = home_of(entry);
    auto& it = found_or_added(x_users, [&](const user& u) { return u.name == name && u.domain_id == home; });
    give_id(entry, it.id, "user", home + "/" + name);
    it.name = name;
    it.domain_id = home;
    take(entry, "password", it.password);
    take(entry, "totp_secret", it.totp_secret);
    take(entry, "default_project", it.default_project);
    if (const auto* const list = entry.if_contains("projects")) {
        it.projects.clear();
        for (const auto& project_name : list->as_array()) it.projects.emplace_back(project_name.as_string());
    }
}

void identities::merge_application_credential(const json::object& entry) {
    const auto id = required(entry, "id");
    const auto* const owner = find_user({.name = required(entry, "user"), .domain_id = home_of(entry)});
    if (owner == nullptr)
        throw std::invalid_argument("the user of application credential " + id + " is unknown");
    const auto* const where = find_project({.name = required(entry, "project")}, owner->domain_id);
    if (where == nullptr)
        throw std::invalid_argument("the project of application credential " + id + " is unknown");
    auto& it = found_or_added(x_application_credentials,
                              [&](const application_credential& c) { return c.id == id; });
    it = {id, text_of(entry, "name"), required(entry, "secret"), owner->id, where->id};
}

std::string identities::home_of(const json::object& entry) const {
    const auto name = text_of(entry, "domain");
    if (name.empty() && !x_domains.empty()) return x_domains.front().id;
    const auto* const found = find_domain({.name = name});
    if (found == nullptr) throw std::invalid_argument("the domain \"" + name + "\" is unknown");
    return found->id;
}

bool identities::is_in(const reference& by, std::string_view domain_id) const {
    const auto* const home = domain_by_id(domain_id);
    return (by.domain_id.empty() || by.domain_id == domain_id) &&
           (by.domain_name.empty() || (home != nullptr && by.domain_name == home->name));
}

const domain* identities::find_domain(const reference& by) const {
    if (!by.id.empty()) return domain_by_id(by.id);
    const auto found = std::ranges::find(x_domains, by.name, &domain::name);
    return found == x_domains.end() ? nullptr : &*found;
}

user* identities::find_user(const reference& by) {
    const auto found = std::ranges::find_if(x_users, [&](const user& u) {
        return (by.id.empty() ? u.name == by.name : u.id == by.id) && is_in(by, u.domain_id);
    });
    return found == x_users.end() ? nullptr : &*found;
}

const project* identities::find_project(const reference& by, std::string_view home) const {
    if (!by.id.empty()) return project_by_id(by.id);
    const bool says_domain = !by.domain_id.empty() || !by.domain_name.empty();
    const auto found = std::ranges::find_if(x_projects, [&](const project& p) {
        return p.name == by.name && (says_domain ? is_in(by, p.domain_id) : p.domain_id == home);
    });
    return found == x_projects.end() ? nullptr : &*found;
}

const application_credential* identities::find_application_credential(std::string_view id) const {
    return by_id(x_application_credentials, id);
}

const user* identities::user_by_id(std::string_view id) const {
    return by_id(x_users, id);
}
const project* identities::project_by_id(std::string_view id) const {
    return by_id(x_projects, id);
}
const domain* identities::domain_by_id(std::string_view id) const {
    return by_id(x_domains, id);
}

} // namespace tokenward::standin
