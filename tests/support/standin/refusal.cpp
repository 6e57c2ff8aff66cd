// See refusal.hpp.
#include "tests/support/standin/refusal.hpp"

#include <boost/json.hpp>

namespace tokenward::standin {

namespace json = boost::json;

response to_response(const refusal& no, dialect manners) {
    json::object body;
    if (manners == dialect::otc && !no.otc_code.empty()) {
        body = {{"error_msg", no.message}, {"error_code", no.otc_code}, {"request_id", "00000000"}};
    } else {
        const json::object error{
            {"code", no.status}, {"message", no.message}, {"title", reason_of(no.status)}};
        body = {{"error", error}};
    }
    auto result = json_response(no.status, no.body.empty() ? json::serialize(body) : no.body);
    result.headers.insert(result.headers.end(), no.headers.begin(), no.headers.end());
    return result;
}

refusal unauthorized(const std::string& base_url) {
    return {.status = 401,
            .message = "The request you have made requires authentication.",
            .headers = {{"WWW-Authenticate", "Keystone uri=\"" + base_url + "\""}}};
}

response json_response(int status, std::string body) {
    return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

} // namespace tokenward::standin
