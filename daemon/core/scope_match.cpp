// Compares scopes and users field by field, as Keystone does.
#include "daemon/core/scope_match.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using enum scope_agreement;

scope_agreement compare_id(const std::string& said, const std::string& wanted) noexcept {
    if (said.empty()) return unsaid;
    return said == wanted ? matches : contradicts;
}

scope_agreement compare_name(const std::string& said, const std::string& wanted) noexcept {
    if (said.empty()) return unsaid;
    return equals_any_case(said, wanted) ? matches : contradicts;
}

// A project of the same name in another domain is another project.
scope_agreement compare_domain(const std::optional<named_ref>& said, const domain_ref& wanted) noexcept {
    if (wanted.empty()) return matches;
    if (!said) return unsaid;
    return wanted.id.empty() ? compare_name(said->name, wanted.name) : compare_id(said->id, wanted.id);
}

scope_agreement both(scope_agreement a, scope_agreement b) noexcept {
    if (a == contradicts || b == contradicts) return contradicts;
    return a == matches && b == matches ? matches : unsaid;
}

scope_agreement compare_project(const token& subject, const scope& target) noexcept {
    if (!subject.project) return subject.domain ? contradicts : unsaid;
    if (target.kind == scope_kind::project_id) return compare_id(subject.project->id, target.value);
    return both(compare_name(subject.project->name, target.value),
                compare_domain(subject.project_domain, target.domain));
}

scope_agreement compare_domain_scope(const token& subject, const scope& target) noexcept {
    if (subject.project) return contradicts;
    if (!subject.domain) return unsaid;
    return target.kind == scope_kind::domain_id ? compare_id(subject.domain->id, target.value)
                                                : compare_name(subject.domain->name, target.value);
}

} // namespace

scope_agreement compare_scope(const credential& subject, const scope& target) noexcept {
    const token* known = as_token(&subject);
    if (known == nullptr) return unsaid;
    switch (target.kind) {
    case scope_kind::unscoped: return known->project || known->domain ? contradicts : matches;
    case scope_kind::project_id:
    case scope_kind::project_name: return compare_project(*known, target);
    case scope_kind::domain_id:
    case scope_kind::domain_name: break;
    }
    return compare_domain_scope(*known, target);
}

scope_agreement compare_user(const token& subject, const std::string& id, const std::string& name,
                             const domain_ref& domain) noexcept {
    if (!id.empty()) return compare_id(subject.user.id, id);
    if (name.empty()) return matches;
    return both(compare_name(subject.user.name, name), compare_domain(subject.user_domain, domain));
}

} // namespace tokenward
