// Calls of the stub, short enough for tests.
#pragma once

#include "client/tokenward.h"
#include "fake_daemon.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tokenward::test {

using client_ptr = std::unique_ptr<tokenward_client, decltype(&tokenward_close)>;
using token_ptr = std::unique_ptr<tokenward_token, decltype(&tokenward_token_free)>;

inline client_ptr open_client(const std::string& path) {
    tokenward_client* client = nullptr;
    EXPECT_EQ(tokenward_open(path.c_str(), &client), tokenward_ok);
    return {client, tokenward_close};
}

struct got {
    int error;
    token_ptr token; ///< null after an error
};

/// Gets a token of the identity `ci`.
inline got get_token(const client_ptr& client, const char* scope = "eu-de",
                     const tokenward_get_options* options = nullptr) {
    tokenward_token* token = nullptr;
    int error = tokenward_get(client.get(), "ci", scope, options, &token);
    return {error, {token, tokenward_token_free}};
}

inline std::string detail_of(const client_ptr& client) {
    return tokenward_last_problem(client.get())->detail;
}

} // namespace tokenward::test
