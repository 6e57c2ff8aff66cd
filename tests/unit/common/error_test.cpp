// The table of errors against the contract.
#include "common/error.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace tokenward;

TEST(Errors, HaveTheStatusAndExitStatusThatUsersWerePromised) {
    struct row {
        errc code;
        int status;
        int exit_status;
    };
    for (row r : {row{errc::bad_request, 400, 2},
                  {errc::denied, 403, 3},
                  {errc::unknown_scope, 404, 4},
                  {errc::no_such_resource, 404, 4},
                  {errc::unknown_identity, 404, 4},
                  {errc::not_found, 404, 4},
                  {errc::passcode_required, 409, 5},
                  {errc::precondition_failed, 412, 2},
                  {errc::not_implemented, 501, 2},
                  {errc::method_not_allowed, 405, 2},
                  {errc::not_acceptable, 406, 2},
                  {errc::request_timeout, 408, 2},
                  {errc::unsupported_media_type, 415, 2},
                  {errc::too_large, 413, 2},
                  {errc::internal, 500, 9},
                  {errc::credential_rejected, 424, 6},
                  {errc::too_many_requests, 429, 7},
                  {errc::iam_protocol, 502, 8},
                  {errc::iam_unavailable, 503, 7},
                  {errc::timeout, 504, 7}}) {
        EXPECT_EQ(describe(r.code).http_status, r.status) << describe(r.code).name;
        EXPECT_EQ(describe(r.code).exit_status, r.exit_status) << describe(r.code).name;
    }
}

TEST(Errors, HaveAUrnEachOfTheirOwn) {
    std::set<std::string_view> urns;
    for (errc code = errc::bad_request; code <= errc::timeout;
         code = static_cast<errc>(static_cast<int>(code) + 1)) {
        EXPECT_EQ(describe(code).urn, "urn:tokenward:" + std::string(describe(code).name));
        EXPECT_TRUE(urns.insert(describe(code).urn).second);
    }
    EXPECT_EQ(describe(errc::iam_unavailable).name, "iam_unavailable");
}
