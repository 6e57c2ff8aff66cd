// Reads the service catalog out of the IAM's answer, and finds the URL of an endpoint in it.
#include "daemon/local/api/catalog.hpp"

#include "daemon/base/text/raw_json.hpp"
#include "daemon/core/config.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>

namespace tokenward::local {
namespace {

namespace json = boost::json;

// The text of a member; empty if it is missing or no string.
std::string_view text_of(const json::value& object, std::string_view name) {
    const auto* members = object.if_object();
    const auto* value =
        members == nullptr ? nullptr : members->if_contains(json::string_view(name.data(), name.size()));
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

const json::array* endpoints_of(const json::value& service) {
    const auto* members = service.if_object();
    const auto* endpoints = members == nullptr ? nullptr : members->if_contains("endpoints");
    return endpoints == nullptr ? nullptr : endpoints->if_array();
}

} // namespace

std::string_view catalog_text(std::string_view body) noexcept {
    const auto token = find_member(body, "token");
    const auto found = token ? find_member(token->value, "catalog") : std::nullopt;
    return found && found->value.starts_with('[') ? found->value : std::string_view();
}

std::string without_catalog(std::string_view body) {
    const auto token = find_member(body, "token");
    if (!token || !find_member(token->value, "catalog")) return std::string(body);
    const auto at = static_cast<std::size_t>(token->value.data() - body.data());
    std::string rest(body.substr(0, at));
    rest += without_member(token->value, "catalog");
    rest += body.substr(at + token->value.size());
    return rest;
}

/// Adds each text of a catalog once.
class catalog::builder {
  public:
    explicit builder(catalog& made) : x_made(made) {}

    text_range add(std::string_view text) {
        auto [known, is_new] = x_known.try_emplace(std::string(text));
        if (is_new) {
            known->second = {static_cast<std::uint32_t>(x_made.x_texts.size()),
                             static_cast<std::uint32_t>(text.size())};
            x_made.x_texts += text;
        }
        return known->second;
    }

    void add_service(const json::value& service) {
        const json::array* endpoints = endpoints_of(service);
        if (endpoints == nullptr) return;
        text_range type = add(text_of(service, "type"));
        text_range name = add(text_of(service, "name"));
        for (const json::value& each : *endpoints) {
            std::string_view url = text_of(each, "url");
            if (url.empty()) continue;
            x_made.x_endpoints.push_back({type, name, add(text_of(each, "interface")),
                                          add(text_of(each, "region")), add(text_of(each, "region_id")),
                                          add(url)});
        }
    }

  private:
    catalog& x_made;
    std::unordered_map<std::string, text_range> x_known;
};

catalog::catalog(std::string_view text) {
    boost::system::error_code error;
    json::monotonic_resource memory;
    json::value services = json::parse(json::string_view(text.data(), text.size()), error, &memory);
    if (error || !services.is_array()) return;
    builder make(*this);
    for (const json::value& service : services.get_array()) make.add_service(service);
    x_texts.shrink_to_fit();
    x_endpoints.shrink_to_fit();
}

// How well an endpoint's region fits: 0 = not at all, 1 = `*` stands for all, 2 = as wanted.
int catalog::fit_of_region(const endpoint& e, std::string_view wanted) const noexcept {
    std::string_view region = text(e.region);
    std::string_view id = text(e.region_id);
    if (wanted.empty() || wanted == "*" || region == wanted || id == wanted) return 2;
    return region == "*" || id == "*" ? 1 : 0;
}

static std::string_view interface_of(const endpoint_query& wanted) noexcept {
    return wanted.interface.empty() ? "public" : plain_interface(wanted.interface);
}

// The best URL among the endpoints of the services whose `key` is `value`; empty = none.
std::string_view catalog::search(text_range endpoint::*key, std::string_view value,
                                 const endpoint_query& wanted) const {
    const std::string_view interface = interface_of(wanted);
    std::string_view best;
    int best_fit = 0;
    for (const endpoint& e : x_endpoints) {
        if (text(e.*key) != value || text(e.interface) != interface) continue;
        int fit = fit_of_region(e, wanted.region);
        if (fit <= best_fit) continue;
        best = text(e.url);
        best_fit = fit;
    }
    return best;
}

result<std::string> catalog::find(const endpoint_query& wanted) const {
    std::string_view url;
    for (std::string_view type : types_meant_by(wanted.service))
        if (url.empty()) url = search(&endpoint::type, type, wanted);
    if (url.empty()) url = search(&endpoint::name, wanted.service, wanted);
    if (!url.empty()) return std::string(url);
    problem none{errc::no_such_resource,
                 fmt::format("no such service in the catalog: {} endpoint of {}{}{}", interface_of(wanted),
                             wanted.service, wanted.region.empty() ? "" : " in region ", wanted.region)};
    none.title = "no such service in the catalog";
    return none;
}

std::shared_ptr<const catalog> catalog_pool::share(catalog made) {
    std::erase_if(x_all, [](const auto& each) { return each.second.expired(); });
    auto [first, last] = x_all.equal_range(made.hash());
    for (auto i = first; i != last; ++i)
        if (auto known = i->second.lock(); known && *known == made) return known;
    auto fresh = std::make_shared<const catalog>(std::move(made));
    x_all.emplace(fresh->hash(), fresh);
    return fresh;
}

} // namespace tokenward::local
