// Judges a waiting caller again before it is answered.
#include "daemon/local/api/with_token.hpp"

namespace tokenward::local {

waiting_caller::waiting_caller(const call& c, const open_scope& scope, verb_set needed)
    : around(c.around), head(c.head()), x_connection(c.connection.later()), x_scope(scope.id),
      x_identity(scope.identity), x_name(scope.name()), x_rules(c.around.service.generation()),
      x_needed(needed) {}

std::shared_ptr<exchange> waiting_caller::check_again(const moment& now, const credential* token) const {
    auto connection = x_connection.lock();
    if (!connection) return connection;
    const identity_config* identity = around.service.identity(x_identity);
    const bool by_token = token != nullptr && identity != nullptr && depends_on_token(*identity);
    if (around.service.generation() == x_rules && !by_token) return connection;
    credential_ptr held;
    if (token == nullptr) // then the answer is about the token that is held, if any
        token = (held = around.service.held(x_identity, x_name)).get();
    auto good = admit_again(around, connection->who(), x_identity, x_name, x_needed, token);
    if (good) return connection;
    connection->answer(build_problem(good.error(), now.wall, head));
    return nullptr;
}

} // namespace tokenward::local
