// A service that takes tokens, so that a refusal can be seen: /service/ANYTHING.
#pragma once

#include "tests/support/standin/state.hpp"

namespace tokenward::standin {

/// 200 `{"ok":true}` for a living token, else the refusal of OTC's gateway (or Keystone's middleware).
/// /service/dns/… refuses as OTC's DNS does; /service/wrong-region/… refuses every token.
/// REQUIRES: the mutex is held.
response serve(state& s, const request& from);

} // namespace tokenward::standin
