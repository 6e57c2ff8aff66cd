// The body that describes a token: who, for what, until when, and where the services are.
#pragma once

#include "tests/support/standin/state.hpp"

#include <string>

namespace tokenward::standin {

/// `{"token":{…}}`. `base_url` is where the catalog's services are; empty = no catalog.
/// REQUIRES: the mutex is held.
std::string token_document(const state& s, const token& what, const std::string& base_url);

} // namespace tokenward::standin
