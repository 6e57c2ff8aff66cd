// Status lines, header fields and bodies of answers, and problems as JSON (RFC 9457).
#include "daemon/local/http/plain_response.hpp"

#include "daemon/base/text/shown_text.hpp"
#include "daemon/local/http/dates.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>
#include <iterator>

namespace tokenward::local {
namespace {

struct phrase {
    int status;
    std::string_view text;
};

constexpr std::array phrases{
    phrase{200, "OK"},
    phrase{204, "No Content"},
    phrase{304, "Not Modified"},
    phrase{400, "Bad Request"},
    phrase{403, "Forbidden"},
    phrase{404, "Not Found"},
    phrase{405, "Method Not Allowed"},
    phrase{406, "Not Acceptable"},
    phrase{408, "Request Timeout"},
    phrase{409, "Conflict"},
    phrase{412, "Precondition Failed"},
    phrase{413, "Content Too Large"},
    phrase{414, "URI Too Long"},
    phrase{415, "Unsupported Media Type"},
    phrase{417, "Expectation Failed"},
    phrase{424, "Failed Dependency"},
    phrase{429, "Too Many Requests"},
    phrase{431, "Request Header Fields Too Large"},
    phrase{500, "Internal Server Error"},
    phrase{501, "Not Implemented"},
    phrase{502, "Bad Gateway"},
    phrase{503, "Service Unavailable"},
    phrase{504, "Gateway Timeout"},
    phrase{505, "HTTP Version Not Supported"},
};

} // namespace

std::string_view reason_phrase(int status) noexcept {
    for (const phrase& p : phrases)
        if (p.status == status) return p.text;
    return "Unknown";
}

response build_response(const response_parts& what, wall_time now) {
    auto date = http_date(now);
    wiped_string bytes;
    bytes.reserve(256 + what.fields.size() + what.body.size());
    auto out = std::back_inserter(bytes);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n{}", what.status, reason_phrase(what.status),
                   std::string_view(date.data(), date.size()), what.fields);
    if (!what.content_type.empty())
        fmt::format_to(out, "Content-Type: {}\r\nContent-Length: {}\r\n", what.content_type,
                       what.body.size());
    bytes += "\r\n";
    if (!what.head) bytes += what.body;
    return response(std::move(bytes));
}

response build_json(std::string_view body, wall_time now, bool head) {
    return build_response({.content_type = "application/json",
                           .body = body,
                           .fields = "Cache-Control: no-store\r\n",
                           .head = head},
                          now);
}

response build_problem(const problem& error, wall_time now, bool head, std::string_view fields) {
    const error_info& info = describe(error.code);
    int status = error.status.value_or(info.http_status);
    auto retry_after = error.retry_after;
    if (!retry_after && (status == 429 || status == 503)) retry_after = std::chrono::seconds(1);

    boost::json::object document{{"type", info.urn},
                                 {"title", error.title.empty() ? info.title : error.title},
                                 {"status", status},
                                 {"detail", shown_text(error.detail)}};
    std::string header = "Cache-Control: no-store\r\n" + std::string(fields);
    if (retry_after) {
        document["retry_after"] = retry_after->count();
        header += fmt::format("Retry-After: {}\r\n", retry_after->count());
    }
    std::string body = boost::json::serialize(document);
    return build_response({.status = status,
                           .content_type = "application/problem+json",
                           .body = body,
                           .fields = header,
                           .head = head},
                          now);
}

} // namespace tokenward::local
