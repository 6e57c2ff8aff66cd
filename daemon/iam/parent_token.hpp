// The token of one full login, from which tokens for other scopes are opened. Pure: the time is an argument.
#pragma once

#include "daemon/core/token.hpp"

#include <utility>

namespace tokenward::iam {

/// A rescoped token ends with its parent, so the parent is what is renewed: from two thirds of its life on it
/// opens nothing more, and the next scope that is due brings a new parent. Since a child is due at two thirds
/// of what its parent had left, and its jitter is its own, children never wait for each other nor shorten
/// each other's lives.
class parent_token {
  public:
    const std::shared_ptr<const token>& get() const noexcept { return x_token; }
    void keep(std::shared_ptr<const token> fresh) noexcept { x_token = std::move(fresh); }
    void drop() noexcept { x_token.reset(); }

    /// Whether a token may be opened from it that lives for `at_least`. One that was minted a moment ago is
    /// fresh whatever is asked: another login would bring nothing better.
    bool is_fresh(duration at_least, instant now) const noexcept {
        if (!x_token) return false;
        const duration age = now - x_token->minted;
        const duration life = x_token->lifetime;
        if (!x_token->renewable) return age < life;
        return age < life / 8 || (age < life * 2 / 3 && life - age >= at_least);
    }

  private:
    std::shared_ptr<const token> x_token;
};

} // namespace tokenward::iam
