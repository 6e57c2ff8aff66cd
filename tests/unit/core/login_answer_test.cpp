// Which answers to a login count at the IAM.
#include "daemon/core/login_answer.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

login_end end_after(unsigned status, secret_verdict said = secret_verdict::unsaid,
                    login_reach reach = login_reach::answered,
                    std::optional<std::chrono::seconds> retry_after = {}) {
    login_answer answer{.about_secret = said, .status = status, .reach = reach};
    answer.result.outcome = fetch_failure{{errc::iam_unavailable, "", retry_after}};
    return end_of(answer);
}

TEST(LoginAnswer, IsTheIamsWordOnTheSecretIfThereIsOne) {
    EXPECT_EQ(end_after(201, secret_verdict::accepted), login_end::accepted);
    EXPECT_EQ(end_after(401, secret_verdict::accepted), login_end::accepted) << "a receipt";
    EXPECT_EQ(end_after(401, secret_verdict::refused), login_end::refused);
}

TEST(LoginAnswer, OfALostAnswerIsUnknown) {
    EXPECT_EQ(end_after(0, secret_verdict::unsaid, login_reach::answer_lost), login_end::lost);
    EXPECT_EQ(end_after(404, secret_verdict::unsaid, login_reach::answer_lost), login_end::lost);
    for (unsigned status : {502U, 504U, 500U, 503U, 200U, 599U, 101U})
        EXPECT_EQ(end_after(status), login_end::lost) << status;
    EXPECT_EQ(end_after(401), login_end::lost) << "the user is locked";
}

TEST(LoginAnswer, OfWhatWasNotWrittenInFullIsNone) {
    EXPECT_EQ(end_after(0, secret_verdict::unsaid, login_reach::not_sent), login_end::unreachable);
}

TEST(LoginAnswer, OfWhatWasTurnedAwayIsNone) {
    for (unsigned status : {301U, 307U, 400U, 403U, 404U, 408U, 425U, 429U})
        EXPECT_EQ(end_after(status), login_end::unjudged) << status;
    EXPECT_EQ(end_after(503, secret_verdict::unsaid, login_reach::answered, std::chrono::seconds(5)),
              login_end::unjudged)
        << "an overload that says until when";
}

} // namespace
} // namespace tokenward
