// The tokens that the stand-in has issued, and which of them live.
#pragma once

#include "tests/support/standin/clock.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tokenward::standin {

struct token {
    std::string user_id;
    std::string project_id{}; ///< one of these two, or none: unscoped
    std::string domain_id{};
    std::vector<std::string> methods;
    bool may_be_rescoped = true; ///< an application credential's may not
    time_point issued{};
    time_point expires{};
};

class token_store {
  public:
    /// Keeps a token under a new random name of `size` characters (16 at the least) and forgets those that
    /// have expired.
    std::string issue(token granted, std::size_t size);

    /// Null when it is unknown, revoked or over.
    const token* find(std::string_view id, time_point now) const;

    /// Whether there was such a token.
    bool revoke(std::string_view id) { return x_tokens.erase(std::string(id)) != 0; }
    /// How many went. An empty `user_id` means everyone's.
    std::size_t revoke_of(std::string_view user_id);

    std::size_t alive(time_point now) const;

  private:
    std::unordered_map<std::string, token> x_tokens;
};

/// `size` characters of A-Z a-z 0-9 - _ that nobody can guess.
std::string random_text(std::size_t size);

} // namespace tokenward::standin
