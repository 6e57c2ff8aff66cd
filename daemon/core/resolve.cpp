// Compares the text with the configured scopes, by name and by target.
#include "daemon/core/resolve.hpp"

namespace tokenward {

const domain_ref& project_domain(const auth_config& auth) noexcept {
    return auth.project_domain.empty() ? auth.user_domain : auth.project_domain;
}

result<resolved_scope> resolve_scope(const identity_config& identity, std::string_view text) {
    for (const named_scope& s : identity.scopes)
        if (s.name == text) return resolved_scope{s.name, s.target, true};
    if (is_name(text) && text != "unscoped")
        return problem{errc::unknown_scope, "identity " + identity.name + " has no scope named " +
                                                std::string(text) + " (a project is spelled project:NAME)"};
    auto target = parse_scope(text, project_domain(identity.auth));
    if (!target) return target.error();
    for (const named_scope& s : identity.scopes)
        if (s.target == *target) return resolved_scope{s.name, s.target, true};
    if (!identity.on_demand)
        return problem{errc::unknown_scope, "scope " + std::string(text) +
                                                " is not configured for identity " + identity.name +
                                                ", which has on_demand: false"};
    return resolved_scope{std::string(text), std::move(*target), false};
}

} // namespace tokenward
