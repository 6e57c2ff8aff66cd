// The service catalog in the IAM's answer: where a service is to be reached. Pure.
#pragma once

#include "common/error.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace tokenward::local {

/// Which endpoint is wanted.
struct endpoint_query {
    std::string service{}; ///< a type, such as "compute", or a name, such as "nova"
    std::string interface = "public";
    std::string region{}; ///< empty = any
};

/// The array `token.catalog` of the IAM's answer (token::body); empty if it has none.
boost::json::array read_catalog(std::string_view body);

/// The URL of the endpoint: an entry whose type is the service goes before one of that name, the very region
/// before `*`, else the first. Errors: no_such_resource.
result<std::string> find_endpoint(const boost::json::array& catalog, const endpoint_query& wanted);

} // namespace tokenward::local
