// Whether a rule is about a caller: what the kernel proves, and what only may be so. Pure.
#pragma once

#include "daemon/core/access.hpp"

namespace tokenward {

enum class answer { no, unknown, yes };

/// Whether a rule is about a caller.
struct finding {
    answer is = answer::no;
    doubt why = doubt::none; ///< with `unknown`
};

/// For `allow`: whether the kernel proves that the rule is about the caller. Reads nothing that a caller can
/// hide, and no database.
bool is_proven(const access_rule& rule, const caller& who);

/// For `deny`: `unknown` where the caller may hide that the rule is about it, or where it acts for whom the
/// rule is about.
finding judge_subject(const access_rule& rule, const caller& who);

/// A clause for people that begins with "the"; empty for `none`.
std::string_view text_of(doubt why) noexcept;

} // namespace tokenward
