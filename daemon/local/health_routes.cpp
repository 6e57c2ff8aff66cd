// GET /healthz: the daemon answers. GET /readyz: every scope that is kept warm has a token.
#include "daemon/local/admission.hpp"
#include "daemon/local/handlers.hpp"
#include "daemon/local/status_words.hpp"

#include <fmt/format.h>

namespace tokenward::local {
namespace {

constexpr std::size_t most_named = 20; // of the scopes without a token

struct readiness {
    std::size_t warm = 0;
    std::size_t missing = 0;
    std::size_t named = 0;
    std::string names{}; ///< of those that the caller may use, and why
};

std::string reason_of(const token_service::row& row) {
    std::string reason = fmt::format("{}/{}: {}", row.entry->identity(), row.entry->scope_name(),
                                     state_word(row.status.state));
    if (row.status.last_error != nullptr)
        reason += fmt::format(" ({})", describe(row.status.last_error->code).name);
    return reason;
}

void look_at(const call& c, const identity_config& identity, const token_service::row& row, readiness& all) {
    if (!row.entry->life().configured()) return;
    ++all.warm;
    if (row.status.held != nullptr) return;
    ++all.missing;
    const resolved_scope s{row.entry->scope_name(), row.entry->target(), true};
    bool visible =
        verbs_of(c.around, c.connection.who(), identity, s, can_get | can_report | can_manage) != 0;
    if (!visible || all.named == most_named) return;
    all.names += (all.named++ == 0 ? ": " : ", ") + reason_of(row);
}

} // namespace

void show_health(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    c.connection.answer(build_json(R"({"status":"ok"})", c.now.wall, c.head()));
}

void show_readiness(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    readiness all;
    for (const identity_config& identity : c.around.service.configuration().identities) {
        if (!c.connection.who().is_shown(identity.name)) continue;
        for (const token_service::row& row : c.around.service.status(identity.name))
            look_at(c, identity, row, all);
    }
    if (all.missing == 0)
        return c.connection.answer(build_json(R"({"status":"ready"})", c.now.wall, c.head()));
    c.fail({errc::iam_unavailable,
            fmt::format("{} of {} scopes have no token{}", all.missing, all.warm, all.names)});
}

} // namespace tokenward::local
