// The token of one full login, from which tokens for other scopes are opened. Pure: the time is an argument.
#pragma once

#include "daemon/core/token.hpp"

#include <utility>

namespace tokenward {

/// A rescoped token ends with its parent, so the parent is what is renewed: for a part of its life only does
/// it open anything, and after that the next scope that is due brings a new parent. With two thirds of its
/// life, children are never due before their parent is, whatever their jitter, nor shorten each other's
/// lives.
class parent_token {
  public:
    const std::shared_ptr<const token>& get() const noexcept { return x_token; }
    /// `opens_for`: the age up to which tokens are opened from it.
    void keep(std::shared_ptr<const token> received, duration opens_for) noexcept {
        x_token = std::move(received);
        x_opens_for = opens_for;
    }
    void drop() noexcept { x_token.reset(); }
    duration opens_for() const noexcept { return x_opens_for; }

    /// Whether a token may be opened from it that lives for `at_least`. One that was minted a moment ago is
    /// fresh whatever is asked: another login would bring nothing better.
    bool is_fresh(duration at_least, instant now) const noexcept {
        if (!x_token) return false;
        const duration age = now - x_token->minted;
        const duration life = x_token->lifetime;
        return age < x_opens_for && (age < life / 8 || life - age >= at_least);
    }

  private:
    std::shared_ptr<const token> x_token;
    duration x_opens_for{};
};

} // namespace tokenward
