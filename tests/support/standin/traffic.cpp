// See traffic.hpp.
#include "tests/support/standin/traffic.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace tokenward::standin {

namespace {

constexpr std::array all{traffic::auth, traffic::validate, traffic::service, traffic::other};

} // namespace

std::string_view name_of(traffic kind) noexcept {
    switch (kind) {
    case traffic::auth: return "auth";
    case traffic::validate: return "validate";
    case traffic::service: return "service";
    case traffic::other: break;
    }
    return "other";
}

traffic traffic_named(std::string_view name) {
    for (const auto kind : all)
        if (name_of(kind) == name) return kind;
    throw std::invalid_argument("path must be \"auth\", \"validate\", \"service\" or \"other\", not \"" +
                                std::string(name) + "\"");
}

traffic classify(std::string_view method, std::string_view path) noexcept {
    if (path.ends_with("/v3/auth/tokens")) {
        if (method == "POST") return traffic::auth;
        if (method == "GET" || method == "HEAD" || method == "DELETE") return traffic::validate;
    }
    return path.starts_with("/service/") ? traffic::service : traffic::other;
}

} // namespace tokenward::standin
