// A Keystone token: the credential, and what the IAM has said of it.
#pragma once

#include "daemon/core/credential.hpp"

#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

namespace tokenward {

struct token final : credential {
    named_ref user_domain{};
    std::optional<named_ref> project{};
    std::optional<named_ref> project_domain{};
    std::optional<named_ref> domain{};
    bool of_system = false; ///< it is for the whole system, and for no project or domain
    std::vector<std::string> methods{};
    std::string mfa_authn_at{}; ///< as the IAM wrote it; empty = it did not say
    std::string body{};         ///< the IAM's own bytes, JSON: {"token":{…}}; holds no token value
};

using token_ptr = std::shared_ptr<const token>;

/// `held` as a token; null if there is none, or one of another kind.
inline const token* as_token(const credential* held) noexcept {
    return held != nullptr && typeid(*held) == typeid(token) ? static_cast<const token*>(held) : nullptr;
}

/// The same, where nothing but a token can be. Throws std::bad_cast.
inline const token& token_of(const credential& held) {
    const token* is = as_token(&held);
    if (is == nullptr) throw std::bad_cast();
    return *is;
}
inline std::shared_ptr<token> token_of(const std::shared_ptr<credential>& held) {
    (void)token_of(*held);
    return std::static_pointer_cast<token>(held);
}

} // namespace tokenward
