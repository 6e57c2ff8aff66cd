// See token_document.hpp.
#include "tests/support/standin/token_document.hpp"

#include <boost/json.hpp>

#include <array>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

json::object domain_object(const state& s, std::string_view id) {
    const auto* const found = s.people.domain_by_id(id);
    return {{"id", id}, {"name", found == nullptr ? "" : found->name}};
}

json::object user_object(const state& s, const token& what) {
    const auto* const found = s.people.user_by_id(what.user_id);
    if (found == nullptr) return {{"id", what.user_id}};
    json::object result{
        {"id", found->id}, {"name", found->name}, {"domain", domain_object(s, found->domain_id)}};
    // Both mean "never".
    if (s.options.manners == dialect::otc)
        result["password_expires_at"] = "";
    else
        result["password_expires_at"] = nullptr;
    return result;
}

json::object service_endpoint(std::string_view service, std::string_view region, const std::string& url) {
    return {{"id", derived_id("endpoint", std::string(service) + std::string(region))},
            {"interface", "public"},
            {"region", region},
            {"region_id", region},
            {"url", url}};
}

json::object service(std::string_view type, std::string_view region, const std::string& url) {
    return {{"id", derived_id("service", type)},
            {"type", type},
            {"name", type},
            {"endpoints", json::array{service_endpoint(type, region, url)}}};
}

json::array catalog(const std::string& base_url, const std::string& project_id, std::size_t at_least) {
    static constexpr std::array types{"compute", "network", "image", "volumev3", "dns", "wrong-region"};
    json::array result{service("identity", "*", base_url + "/v3")};
    const auto service_url = [&](std::string_view type) {
        return base_url + "/service/" + std::string(type) + "/" + project_id;
    };
    for (const std::string_view type : types) result.push_back(service(type, "eu-de", service_url(type)));
    for (std::size_t size = json::serialize(result).size(), n = 1; size < at_least; ++n) {
        const auto more = service("padding-" + std::to_string(n), "eu-de", service_url("padding"));
        size += json::serialize(more).size() + 1;
        result.push_back(more);
    }
    return result;
}

} // namespace

std::string token_document(const state& s, const token& what, const std::string& base_url) {
    const bool otc = s.options.manners == dialect::otc;
    json::array methods;
    for (const auto& method : what.methods) methods.emplace_back(method);
    json::object document{{"methods", methods},
                          {"issued_at", iso_time(what.issued)},
                          {"expires_at", iso_time(what.expires)},
                          {"user", user_object(s, what)}};
    if (what.methods.size() > 1 && otc) document["mfa_authn_at"] = iso_time(what.issued);
    if (const auto* const project = s.people.project_by_id(what.project_id)) {
        document["project"] = {
            {"id", project->id}, {"name", project->name}, {"domain", domain_object(s, project->domain_id)}};
    } else if (!what.domain_id.empty()) {
        document["domain"] = domain_object(s, what.domain_id);
    }
    const bool scoped = !what.project_id.empty() || !what.domain_id.empty();
    if (scoped) {
        document["roles"] =
            json::array{{{"id", otc ? "0" : derived_id("role", "member")}, {"name", "member"}}};
        if (!base_url.empty())
            document["catalog"] = catalog(base_url, what.project_id, s.options.catalog_size);
    }
    return json::serialize(json::object{{"token", document}});
}

} // namespace tokenward::standin
