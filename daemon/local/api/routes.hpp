// Which request goes to which handler: the table of the local API.
#pragma once

#include "daemon/local/api/exchange.hpp"

namespace tokenward::local {

/// Answers `asked` on `connection`, at once or when the service has what it needs. A get of a token that is
/// held, on a connection that asked for it before, allocates nothing.
void serve(const environment& around, const request& asked, exchange& connection);

} // namespace tokenward::local
