// Which request goes to which handler: the table of the local API.
#pragma once

#include "daemon/local/api/exchange.hpp"

namespace tokenward::local {

/// Answers `asked` on `connection`, at once or after waiting for the service. A get of a token that is held
/// allocates nothing if the connection asked for the same token before.
void serve(const environment& around, const request& asked, exchange& connection);

} // namespace tokenward::local
