// Whether a token's user and scope are those that the request named.
#include "daemon/core/scope_match.hpp"
#include "daemon/iam/keystone_codec.hpp"

namespace tokenward::iam {
namespace {

std::string words_for(const named_ref& what) {
    return quote_iam(what.name.empty() ? what.id : what.name, nullptr);
}

std::string scope_words(const token& granted) {
    if (granted.project) {
        std::string words = "project " + words_for(*granted.project);
        if (granted.project_domain) words += " of domain " + words_for(*granted.project_domain);
        return words;
    }
    if (granted.domain) return "domain " + words_for(*granted.domain);
    return granted.of_system ? "the whole system" : "no scope";
}

/// Whether the request named a scope; an application credential brings its own.
bool wants_scope(const login_facts& facts) {
    return facts.target != nullptr && facts.target->kind != scope_kind::unscoped &&
           facts.method != login_method::application_credential;
}

scope_agreement compare_with_user(const token& granted, const login_facts& facts) {
    using enum scope_agreement;
    if (facts.method == login_method::token && facts.holder != nullptr) {
        const scope_agreement told = compare_user(granted, facts.holder->id, facts.holder->name, {});
        if (told == contradicts) return told;
    }
    if (facts.who == nullptr) return matches;
    const bool by_credential_id =
        facts.method == login_method::application_credential && !facts.who->application_credential_id.empty();
    if (by_credential_id) return matches;
    return compare_user(granted, facts.who->user_id, facts.who->username, facts.who->user_domain);
}

} // namespace

std::string find_mismatch(const token& granted, const login_facts& facts) {
    // Not a matter of compare_scope(): for a `deny`, such a token may well reach what is denied.
    const bool is_wider = granted.of_system && !granted.project && !granted.domain;
    if (wants_scope(facts) &&
        (is_wider || compare_scope(granted, *facts.target) == scope_agreement::contradicts))
        return "a token for " + scope_words(granted);
    if (compare_with_user(granted, facts) == scope_agreement::contradicts)
        return "a token of user " + words_for(granted.user);
    return {};
}

} // namespace tokenward::iam
