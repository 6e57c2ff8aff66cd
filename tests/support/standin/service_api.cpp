// See service_api.hpp.
#include "tests/support/standin/service_api.hpp"

#include "tests/support/standin/refusal.hpp"

namespace tokenward::standin {

namespace {

response refused(const state& s, const request& from) {
    if (from.path.starts_with("/service/dns/"))
        return json_response(403, R"({"message":"X-Auth-Token is invalid"})");
    if (s.options.manners == dialect::keystone)
        return to_response(unauthorized(from.base_url()), s.options.manners);
    return json_response(401, R"({"error_msg":"The token must be updated.","error_code":"APIG.0307"})");
}

} // namespace

response serve(state& s, const request& from) {
    const bool accepted = s.tokens.find(from.header("X-Auth-Token"), s.now()) != nullptr &&
                          !from.path.starts_with("/service/wrong-region/");
    s.seen.note_service(accepted);
    return accepted ? json_response(200, R"({"ok":true})") : refused(s, from);
}

} // namespace tokenward::standin
