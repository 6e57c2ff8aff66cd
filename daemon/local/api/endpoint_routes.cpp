// GET /v1/endpoints: where a service is, from the catalog that came with the token.
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/catalog.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/api/token_answer.hpp"
#include "daemon/local/api/with_token.hpp"
#include "daemon/local/http/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>

namespace tokenward::local {
namespace {

// An empty service = the whole catalog.
result<endpoint_query> read_query(const call& c) {
    constexpr std::array<std::string_view, 3> known{"service", "interface", "region"};
    if (auto good = c.path.allow_only(known); !good) return good.error();
    endpoint_query wanted;
    auto service = c.path.parameter_named("service");
    if (!service) {
        if (!c.path.parameters().empty())
            return problem{errc::bad_request, "interface and region need a service"};
        return wanted;
    }
    if (service->empty()) return problem{errc::bad_request, "service is empty"};
    wanted.service = *service;
    if (auto interface = c.path.parameter_named("interface")) wanted.interface = *interface;
    if (auto region = c.path.parameter_named("region")) wanted.region = *region;
    return wanted;
}

// What the caller leaves open, the configuration may say, as in clouds.yaml.
void fill_in(const identity_config& identity, endpoint_query& wanted) {
    if (wanted.interface.empty()) wanted.interface = identity.endpoint_interface;
    if (wanted.region.empty()) wanted.region = identity.region_name;
}

// As it came, and not taken apart for that.
response answer_catalog(const token& subject, wall_time now, bool head) {
    std::string_view text = catalog_text(subject.body);
    return build_json(fmt::format(R"({{"catalog":{}}})", text.empty() ? "[]" : text), now, head);
}

response answer_endpoint(const environment& around, const token_to_give& t, const endpoint_query& wanted,
                         bool head) {
    auto url = answers_of(around, t)->services(token_of(*t.value), *around.catalogs).find(wanted);
    if (!url) return build_problem(url.error(), t.now.wall, head);
    return build_json(boost::json::serialize(boost::json::object{{"url", *url}}), t.now.wall, head);
}

} // namespace

void get_endpoints(const call& c) {
    auto wanted = read_query(c);
    if (!wanted) return c.fail(wanted.error());
    auto scope = use_scope(c, can_get);
    if (!scope) return c.fail(scope.error());
    if (!choose_media(c.asked, false))
        return c.fail({errc::not_acceptable, "endpoints come as application/json"});
    const std::string_view name = scope->identity;
    const identity_config* identity = c.around.service.identity(name);
    if (identity != nullptr && !identity->catalog)
        return c.fail({errc::no_such_resource, fmt::format("identity {} has catalog: false", name)});
    if (identity != nullptr) fill_in(*identity, *wanted);
    auto then = [wanted = std::move(*wanted), head = c.head(), &around = c.around](exchange& connection,
                                                                                   const token_to_give& t) {
        connection.answer(wanted.service.empty() ? answer_catalog(token_of(*t.value), t.now.wall, head)
                                                 : answer_endpoint(around, t, wanted, head));
    };
    with_token(c, *scope, std::move(then));
}

} // namespace tokenward::local
