// Kept tokens, short enough for tests; and a daemon whose token the test changes at will.
#pragma once

#include "stub_calls.hpp"

#include <string>

namespace tokenward::test {

using kept_ptr = std::unique_ptr<tokenward_kept, decltype(&tokenward_kept_end)>;

inline kept_ptr keep(const client_ptr& client) {
    tokenward_kept* kept = nullptr;
    EXPECT_EQ(tokenward_keep(client.get(), "ci", "eu-de", &kept), tokenward_ok) << detail_of(client);
    return {kept, tokenward_kept_end};
}

/// The token, or the name of the error in brackets.
inline std::string read_kept(const kept_ptr& kept, std::string* fingerprint = nullptr) {
    std::string token(4096, '\0');
    std::size_t size = 0;
    char name[TOKENWARD_FINGERPRINT_SIZE] = "";
    int error = tokenward_kept_get(kept.get(), token.data(), token.size(), &size, name);
    if (fingerprint != nullptr) *fingerprint = name;
    if (error != tokenward_ok) return std::string("[") + tokenward_error_name(error) + "]";
    token.resize(size);
    return token;
}

/// The answer to a get, with a fingerprint and a life of its own.
inline std::string answer_with(const std::string& token, char name, int expires_in = 3600) {
    return json_answer(R"({"token":")" + token + R"(","fingerprint":"sha256:)" + std::string(16, name) +
                       R"(","expires_in":)" + std::to_string(expires_in) + "}");
}

} // namespace tokenward::test
