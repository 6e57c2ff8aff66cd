// The handlers that the table of routes names; each answers its call exactly once.
#pragma once

#include "daemon/local/api/exchange.hpp"

namespace tokenward::local {

// token_routes.cpp
void get_token(const call& c);
void renew_token(const call& c);
// refusal_routes.cpp
void delete_token(const call& c);
void report_refusal(const call& c);
// endpoint_routes.cpp
void get_endpoints(const call& c);
// status_routes.cpp
void list_identities(const call& c);
void show_status(const call& c);
void show_health(const call& c);
void show_readiness(const call& c);
// explain_routes.cpp
void explain_access(const call& c);
// log_routes.cpp
void show_log_level(const call& c);
void set_log_level(const call& c);
// passcode_routes.cpp
void give_passcode(const call& c);
// metrics_routes.cpp
void show_metrics(const call& c);

} // namespace tokenward::local
