// The table of paths and methods, and the checks that keep browsers out.
#include "daemon/local/api/routes.hpp"

#include "daemon/local/api/handlers.hpp"
#include "daemon/local/http/host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tokenward::local {
namespace {

using handler = void (*)(const call&);

struct action {
    method verb;
    handler run;
};

// `*` in a pattern stands for any segment.
struct route {
    std::array<std::string_view, 5> pattern;
    std::array<action, 2> actions;
    bool for_monitoring = false; // on the loopback listener too
};

constexpr action none{method::other, nullptr};
constexpr std::array table{
    route{{"v1", "tokens", "*", "*"}, {{{method::get, get_token}, {method::remove, delete_token}}}},
    route{{"v1", "tokens", "*", "*", "report"}, {{{method::post, report_refusal}, none}}},
    route{{"v1", "tokens", "*", "*", "renew"}, {{{method::post, renew_token}, none}}},
    route{{"v1", "endpoints", "*", "*"}, {{{method::get, get_endpoints}, none}}},
    route{{"v1", "explain", "*", "*"}, {{{method::get, explain_access}, none}}},
    route{{"v1", "identities", "*", "passcode"}, {{{method::post, give_passcode}, none}}},
    route{{"v1", "identities"}, {{{method::get, list_identities}, none}}},
    route{{"v1", "log-level"}, {{{method::get, show_log_level}, {method::post, set_log_level}}}},
    route{{"v1", "status"}, {{{method::get, show_status}, none}}},
    route{{"healthz"}, {{{method::get, show_health}, none}}, true},
    route{{"readyz"}, {{{method::get, show_readiness}, none}}, true},
    route{{"metrics"}, {{{method::get, show_metrics}, none}}, true},
};

bool fits(const route& candidate, std::span<const std::string_view> path) noexcept {
    for (std::size_t i = 0; i < candidate.pattern.size(); ++i) {
        std::string_view wanted = candidate.pattern[i];
        if (wanted.empty()) return path.size() == i;
        if (i == path.size() || (wanted != "*" && wanted != path[i])) return false;
    }
    return path.size() == candidate.pattern.size();
}

const route* route_of(std::span<const std::string_view> path) noexcept {
    for (const route& candidate : table)
        if (fits(candidate, path)) return &candidate;
    return nullptr;
}

std::string_view name_of(method verb) noexcept {
    switch (verb) {
    case method::get: return "GET, HEAD";
    case method::post: return "POST";
    case method::remove: return "DELETE";
    default: return "OPTIONS";
    }
}

std::string allow_field(const route& r) {
    std::string list;
    for (const action& a : r.actions)
        if (a.run != nullptr) list += fmt::format("{}, ", name_of(a.verb));
    return fmt::format("Allow: {}OPTIONS\r\n", list);
}

// Browsers are not served: neither by a DNS name that resolves to a loopback address, nor from a web page.
std::optional<problem> check_origin(const request& asked, bool for_monitoring) {
    const bool named = for_monitoring ? is_loopback_host(asked.host) : is_socket_host(asked.host);
    const bool ours = named || (asked.http_1_0 && asked.host.empty());
    const bool from_page = asked.has(field::origin) || asked.has(field::referer);
    if (ours && !from_page) return std::nullopt;
    problem denied{errc::denied,
                   ours ? "requests from web pages (Origin, Referer) are not served"
                   : for_monitoring
                       ? "Host is not localhost, 127.0.0.1 or [::1]"
                       : "Host is another name than localhost: a URL here begins with http://localhost/v1/"};
    denied.title = "browsers are not served";
    return denied;
}

void answer_options(const call& c, std::string_view fields) {
    c.connection.answer(build_response({.status = 204, .fields = fields}, c.now.wall));
}

void dispatch(const call& c) {
    const route* found = route_of(c.path.segments());
    if (found == nullptr || (c.around.for_monitoring && !found->for_monitoring))
        return c.fail({errc::not_found, c.around.for_monitoring
                                            ? "there are only /metrics, /healthz and /readyz here"
                                            : "there is nothing at this path"});
    method verb = c.asked.verb == method::head ? method::get : c.asked.verb;
    for (const action& a : found->actions)
        if (a.run != nullptr && a.verb == verb) return a.run(c);
    if (verb == method::options) return answer_options(c, allow_field(*found));
    const problem wrong{errc::method_not_allowed, "this path does not take this method"};
    c.connection.answer(build_problem(wrong, c.now.wall, c.head(), allow_field(*found)));
}

} // namespace

void serve(const environment& around, const request& asked, exchange& connection) {
    target path;
    const call c{around, connection, asked, path, around.service.now()};
    if (auto bad = check_origin(asked, around.for_monitoring)) return c.fail(*bad);
    if (asked.target == "*") return answer_options(c, "Allow: GET, HEAD, POST, DELETE, OPTIONS\r\n");
    if (auto taken = path.assign(asked.target); !taken) return c.fail(taken.error());
    dispatch(c);
}

} // namespace tokenward::local
