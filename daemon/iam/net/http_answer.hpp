// An HTTP answer of the IAM, as far as we read it.
#pragma once

#include "common/secret.hpp"

#include <string>

namespace tokenward::iam {

struct http_answer {
    unsigned status = 0;
    secret subject_token{};         ///< X-Subject-Token, the first if there are several; empty = absent
    std::string date{};             ///< Date, as sent
    std::string retry_after{};      ///< Retry-After, as sent
    secret auth_receipt{};          ///< Openstack-Auth-Receipt; not empty: a second factor is wanted
    std::string content_encoding{}; ///< as sent; we ask for none
    wiped_string body{};
};

} // namespace tokenward::iam
