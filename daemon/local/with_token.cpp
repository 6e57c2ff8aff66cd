// See with_token.hpp.
#include "daemon/local/with_token.hpp"

namespace tokenward::local {

late_caller::late_caller(const call& c, const cache_entry& entry, verb_set needed)
    : around(c.around), head(c.head()), x_connection(c.connection.later()), x_identity(entry.identity()),
      x_scope(entry.scope_name()), x_rules(c.around.service.generation()), x_needed(needed) {}

std::shared_ptr<exchange> late_caller::arrive(const moment& now) const {
    auto connection = x_connection.lock();
    if (!connection || around.service.generation() == x_rules) return connection;
    auto good = admit_again(around, connection->who(), x_identity, x_scope, x_needed);
    if (good) return connection;
    connection->answer(build_problem(good.error(), now.wall, head));
    return nullptr;
}

instant end_of(const late_caller& who, const token& subject) noexcept {
    token_service& service = who.around.service;
    const cache_entry* entry = service.find(who.x_identity, who.x_scope);
    bool held = entry != nullptr && entry->life().held().get() == &subject;
    return held ? entry->life().status(service.now().boot).expires : subject.expires();
}

} // namespace tokenward::local
