// The table "a service refuses the token", row by row.
#include "daemon/core/refusal.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

namespace {

struct row {
    const char* what;
    int status;
    const char* body;
    bool about_the_token;
};

const row rows[] = {
    {"the gateway: expired or invalid", 401,
     R"({"error_msg":"The token must be updated.","error_code":"APIG.0307"})", true},
    {"the same on OTC", 401,
     R"({"error_msg":"The token must be updated","error_code":"APIGW.0307","request_id":"a"})", true},
    {"garbage", 401,
     R"({"error_msg":"Incorrect IAM authentication information: decrypt token fail","error_code":"APIGW.0301"})",
     true},
    {"ended", 401,
     R"({"error_msg":"Incorrect IAM authentication information: token expires, expires_at: 2026-01-01T00:00:00Z","error_code":"APIG.0301"})",
     true},
    {"no token was sent", 401,
     R"({"error_msg":"Incorrect IAM authentication information: x-auth-token not found","error_code":"APIGW.0301"})",
     false},
    {"a signature", 401,
     R"({"error_msg":"Incorrect IAM authentication information: verify aksk signature fail","error_code":"APIG.0301"})",
     false},
    {"an access key", 401,
     R"({"error_msg":"Incorrect IAM authentication information: AK access failed to reach the limit,forbidden","error_code":"APIG.0301"})",
     false},
    {"DNS", 403, R"({"message":"X-Auth-Token is invalid"})", true},
    {"Keystone", 401,
     R"({"error":{"message":"The request you have made requires authentication.","code":401,"title":"Unauthorized"}})",
     true},
    {"no body", 401, "", true},
    {"a web server's page", 401, "<html><body>401 Authorization Required</body></html>", true},
    {"an IAM, of a call made with an outdated token", 403,
     R"({"error":{"code":403,"message":"X-Auth-Token is invalid in the request."}})", true},
    {"words of others", 403, R"({"message":"Token expired"})", true},
    {"the same", 403, "The token has expired.", true},
    {"the same", 403, R"({"error":"Invalid token"})", true},
    {"the same beside the gateway's", 401, R"({"error_msg":"Invalid token; x-auth-token not found"})", true},
    {"words that a wrong request may have", 400, R"({"message":"Invalid token '}' in the query"})", false},
    {"words with 400", 400, R"({"message":"the Token Must Be Updated"})", true},
    {"words with 403", 403, "token must be updated", true},
    {"no permission", 403,
     R"({"error":{"message":"You are not authorized to perform the requested action.","code":403}})", false},
    {"a wrong request", 400, R"({"error":{"message":"invalid","code":400}})", false},
    {"not there", 404, "token must be updated", false},
    {"conflict", 409, "", false},
    {"too many", 429, "", false},
    {"overload", 503, "token must be updated", false},
    {"success", 200, "", false},
    {"nonsense", -7, "token must be updated", false},
};

} // namespace

TEST(Refusal, EachRowOfTheTableIsJudgedAsItSays) {
    for (const row& r : rows) EXPECT_EQ(is_about_the_token({r.status, r.body}), r.about_the_token) << r.what;
}

// A 401 alone is about the token, but does not name it: an IAM has it for projects too.
TEST(Refusal, WordsAndNotTheStatusAloneNameTheToken) {
    for (const row& r : rows) {
        const bool named = names_dead_token({r.status, r.body});
        EXPECT_FALSE(named && !r.about_the_token) << r.what;
        if (r.status != 401) {
            EXPECT_EQ(named, r.about_the_token) << r.what;
        }
    }
    EXPECT_FALSE(names_dead_token({401, "The request you have made requires authentication."}));
    EXPECT_TRUE(names_dead_token({401, "Invalid token"}));
}
