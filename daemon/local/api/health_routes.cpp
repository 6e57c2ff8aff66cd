// GET /healthz: the daemon answers. GET /readyz: every scope that is kept warm has a token.
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/api/status_words.hpp"

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
    if (!may_read_names(c, identity, *row.entry) || all.named == most_named) return;
    all.names += (all.named++ == 0 ? ": " : ", ") + reason_of(row);
}

std::string ready_document(std::size_t warm) {
    const std::string why = warm == 0
                                ? "no scope is kept warm"
                                : fmt::format("{} of {} scopes that are kept warm have a token", warm, warm);
    return fmt::format(R"({{"status":"ready","reason":"{}"}})", why);
}

} // namespace

void show_health(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    c.connection.answer(build_json(R"({"status":"ok","reason":"the daemon answers"})", c.now.wall, c.head()));
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
        return c.connection.answer(build_json(ready_document(all.warm), c.now.wall, c.head()));
    c.fail({errc::iam_unavailable,
            fmt::format("{} of {} scopes have no token{}", all.missing, all.warm, all.names)});
}

} // namespace tokenward::local
