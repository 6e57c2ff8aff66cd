// See catalog.hpp.
#include "daemon/local/catalog.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

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

// How well an endpoint's region fits: 0 = not at all, 1 = `*` stands for all, 2 = as wanted.
int fit_of_region(const json::value& endpoint, std::string_view wanted) {
    std::string_view region = text_of(endpoint, "region");
    std::string_view id = text_of(endpoint, "region_id");
    if (wanted.empty() || region == wanted || id == wanted) return 2;
    return region == "*" || id == "*" ? 1 : 0;
}

// The best URL among the endpoints of the services whose member `key` is the wanted one; empty = none.
std::string_view search(const json::array& catalog, std::string_view key, const endpoint_query& wanted) {
    std::string_view best;
    int best_fit = 0;
    for (const json::value& service : catalog) {
        const json::array* endpoints =
            text_of(service, key) == wanted.service ? endpoints_of(service) : nullptr;
        if (endpoints == nullptr) continue;
        for (const json::value& endpoint : *endpoints) {
            if (text_of(endpoint, "interface") != wanted.interface) continue;
            int fit = fit_of_region(endpoint, wanted.region);
            std::string_view url = text_of(endpoint, "url");
            if (fit <= best_fit || url.empty()) continue;
            best = url;
            best_fit = fit;
        }
    }
    return best;
}

} // namespace

json::array read_catalog(std::string_view body) {
    boost::system::error_code error;
    json::value document = json::parse(json::string_view(body.data(), body.size()), error);
    auto* answer = error ? nullptr : document.if_object();
    auto* token = answer == nullptr ? nullptr : answer->if_contains("token");
    auto* members = token == nullptr ? nullptr : token->if_object();
    auto* catalog = members == nullptr ? nullptr : members->if_contains("catalog");
    auto* services = catalog == nullptr ? nullptr : catalog->if_array();
    return services == nullptr ? json::array() : std::move(*services);
}

result<std::string> find_endpoint(const json::array& catalog, const endpoint_query& wanted) {
    std::string_view url = search(catalog, "type", wanted);
    if (url.empty()) url = search(catalog, "name", wanted);
    if (!url.empty()) return std::string(url);
    return problem{errc::no_such_resource,
                   fmt::format("the catalog has no {} endpoint of {}{}{}", wanted.interface, wanted.service,
                               wanted.region.empty() ? "" : " in region ", wanted.region)};
}

} // namespace tokenward::local
