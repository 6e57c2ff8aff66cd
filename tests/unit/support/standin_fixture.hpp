// What the tests of the stand-in share: one running stand-in, and requests as an IAM's client sends them.
#pragma once

#include "tests/support/iam_standin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tokenward::support {

/// `{"auth":…}` for a user and password; `scope` is JSON, such as R"({"project":{"name":"eu-de"}})", or
/// empty.
inline std::string password_login(std::string_view scope = R"({"project":{"name":"eu-de"}})",
                                  std::string_view password = iam_standin::password,
                                  std::string_view user = iam_standin::user) {
    std::string text = R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":")";
    text += user;
    text += R"(","domain":{"name":"OTC00000000001000000000"},"password":")";
    text += password;
    text += R"("}}})";
    if (!scope.empty()) text += R"(,"scope":)" + std::string(scope);
    return text + "}}";
}

/// The same for a further scope, from a token.
inline std::string token_login(std::string_view token, std::string_view scope) {
    return R"({"auth":{"identity":{"methods":["token"],"token":{"id":")" + std::string(token) +
           R"("}},"scope":)" + std::string(scope) + "}}";
}

class standin_test : public ::testing::Test {
  protected:
    /// POST /v3/auth/tokens on a connection of its own.
    http_reply log_in(std::string_view body = password_login(), const http_headers& headers = {}) const {
        return x_iam.connect().request("POST", "/v3/auth/tokens", headers, body);
    }

    std::string new_token(std::string_view scope = R"({"project":{"name":"eu-de"}})") const {
        return log_in(password_login(scope)).header("X-Subject-Token");
    }

    http_reply use(std::string_view token, std::string_view path = "/service/compute/servers") const {
        return x_iam.connect().get(path, {{"X-Auth-Token", std::string(token)}});
    }

    iam_standin x_iam;
};

} // namespace tokenward::support
