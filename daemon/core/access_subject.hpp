// Whether a rule is about a caller: what the kernel proves, and what only may be so. Pure.
#pragma once

#include "daemon/core/caller.hpp"
#include "daemon/core/config.hpp"

#include <string_view>

namespace tokenward {

/// Why a rule can't be ruled out for a caller. Each counts as a match for `deny`, and as none for `allow`.
enum class doubt {
    none,
    owner, ///< a uid or gid of the caller is a subordinate one of that user, or of a member of that group
    owner_unknown,   ///< the owner of its numbers can't be told, or not yet
    groups_hidden,   ///< its user namespace is another one or can't be read: it may have dropped groups there
    unit_unreadable, ///< its unit can't be read: its process has ended, say
    no_number, ///< the rule's name has no number (yet), and the caller's own numbers don't tell it apart
};

enum class answer { no, unknown, yes };

/// Whether a rule is about a caller.
struct finding {
    answer is = answer::no;
    doubt why = doubt::none; ///< with `unknown`
};

/// For `allow`: whether the kernel proves that the rule is about the caller. Reads nothing that a caller can
/// hide, and no database.
bool is_proven(const access_rule& rule, const caller& who);

/// For `deny`: `unknown` where the caller may hide that the rule is about it, or where it may act for the
/// user that the rule is about.
finding judge_subject(const access_rule& rule, const caller& who);

/// A clause for people that begins with "the"; empty for `none`.
std::string_view text_of(doubt why) noexcept;

} // namespace tokenward
