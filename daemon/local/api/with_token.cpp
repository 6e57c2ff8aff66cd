// See with_token.hpp.
#include "daemon/local/api/with_token.hpp"

namespace tokenward::local {

late_caller::late_caller(const call& c, const cache_entry& entry, verb_set needed)
    : around(c.around), head(c.head()), x_connection(c.connection.later()), x_entry(entry.id()),
      x_identity(entry.identity()), x_scope(entry.scope_name()), x_rules(c.around.service.generation()),
      x_needed(needed) {}

std::shared_ptr<exchange> late_caller::arrive(const moment& now, const token* came) const {
    auto connection = x_connection.lock();
    if (!connection) return connection;
    const identity_config* identity = around.service.identity(x_identity);
    const bool by_token = came != nullptr && identity != nullptr && depends_on_token(*identity);
    if (around.service.generation() == x_rules && !by_token) return connection;
    if (came == nullptr) // what is said then is about the token that is held, if any
        if (const cache_entry* entry = around.service.find(x_identity, x_scope))
            came = entry->life().held().get();
    auto good = admit_again(around, connection->who(), x_identity, x_scope, x_needed, came);
    if (good) return connection;
    connection->answer(build_problem(good.error(), now.wall, head));
    return nullptr;
}

served_token late_caller::serve(const token_ptr& value, const moment& now) const noexcept {
    const cache_entry* entry = around.service.find(x_identity, x_scope);
    const bool held = entry != nullptr && entry->life().held() == value;
    const instant expires = held ? entry->life().status(now.boot).expires : value->expires();
    return {value, expires, now, x_entry, x_identity, x_scope};
}

} // namespace tokenward::local
