// Login flows in front of an IAM that has some scopes and not others.
#pragma once

#include "tests/unit/core/login_flow_fixture.hpp"

#include <algorithm>
#include <string>

namespace tokenward::testing {

/// An IAM that knows the right password; `missing` scopes are answered as its dialect has it.
struct scopes_bench : flow_bench {
    scopes_bench() {
        iam = [this](const login_request& request) {
            const bool rescoping = request.method == login_method::token;
            if (rescoping && never_rescopes) return no_such_scope(403);
            const bool unscoped = request.target.kind == scope_kind::unscoped;
            if (unscoped && (wants_scope || (no_unscoped_form && !request.omit_unscoped)))
                return failed(400, errc::iam_protocol, retry_rule::remember);
            if (request.target.value.starts_with("no")) {
                if (!is_keystone) return no_such_scope(rescoping ? 403 : 404);
                return rescoping ? no_such_scope(401) : refused();
            }
            if (rescoping && lives(request.parent->value) == validity::dead) return no_such_scope(404);
            return granted(make_token((unscoped ? "login " : "scoped ") + std::to_string(++made), now.boot));
        };
    }
    std::size_t count(const std::string& with) const {
        return static_cast<std::size_t>(
            std::count_if(did.begin(), did.end(), [&](const std::string& s) { return s.starts_with(with); }));
    }
    bool is_keystone = false;
    bool never_rescopes = false;
    bool wants_scope = false;
    bool no_unscoped_form = false;
    int made = 0;
};

} // namespace tokenward::testing
