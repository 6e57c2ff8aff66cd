// The bytes of a token's answer.
#include "daemon/local/api/token_answer.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>

namespace tokenward::local {
namespace {

using namespace std::chrono_literals;

constexpr token_owner owner{"ci", "eu-de"};
constexpr moment start{instant(1000h), wall_time(1'767'225'600s)}; // 2026-01-01

std::shared_ptr<token> make_token(const std::string& value) {
    auto t = std::make_shared<token>();
    t->value = secret(value);
    t->fingerprint = "sha256:9f86d081884c7d65";
    t->issued_at = start.wall;
    t->lifetime = 24h;
    t->expires_at = start.wall + 24h;
    t->minted = start.boot;
    t->user = {"u1", "ci-bot"};
    t->project = named_ref{"p1", "eu-de \"quoted\"\n"};
    t->project_domain = named_ref{"d1", "OTC"};
    t->methods = {"password", "totp"};
    return t;
}

std::string bytes(const response& r) {
    return std::string(r.status_line()) + std::string(r.rest());
}

std::string answer(const std::shared_ptr<token>& t, media form, bool head, duration later = 0s) {
    moment now{start.boot + later, start.wall + std::chrono::duration_cast<std::chrono::microseconds>(later)};
    return bytes(
        token_answer::answer(std::make_shared<token_answer>(owner, *t), *t, form, head, now, t->expires()));
}

TEST(TokenResponse, IsTheDocumentOfTheContract) {
    std::string body =
        R"({"token":"gAAAA","fingerprint":"sha256:9f86d081884c7d65","identity":"ci","scope":"eu-de",)"
        R"("issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z","expires_in":86400,)"
        R"("user":{"id":"u1","name":"ci-bot"},"project":{"id":"p1","name":"eu-de \"quoted\"\u000a","domain":{"id":"d1","name":"OTC"}},)"
        R"("methods":["password","totp"]})";
    std::string head =
        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nETag: \"sha256:9f86d081884c7d65\"\r\n"
        "Vary: Accept\r\nCache-Control: no-store\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\nX-Subject-Token: gAAAA\r\n\r\n";
    auto t = make_token("gAAAA");
    EXPECT_EQ(answer(t, media::json, false), head + body);
    EXPECT_EQ(answer(t, media::json, true), head);
}

TEST(TokenResponse, AsTextIsTheTokenAndNothingElse) {
    auto t = make_token("gAAAA");
    std::string text = answer(t, media::text, false);
    EXPECT_TRUE(text.ends_with("\r\n\r\ngAAAA")) << text;
    EXPECT_NE(text.find("Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"),
              std::string::npos);
    EXPECT_TRUE(answer(t, media::text, true).ends_with("\r\n\r\n"));
}

TEST(TokenResponse, CountsDownInPlace) {
    auto t = make_token("gAAAA");
    auto built = std::make_shared<token_answer>(owner, *t);
    auto answer_at = [&](media form, std::chrono::milliseconds later) {
        return bytes(token_answer::answer(built, *t, form, false, {start.boot + later, start.wall + later},
                                          t->expires()));
    };
    std::string first = answer_at(media::json, 0ms);
    std::string later = answer_at(media::json, 24h - 9500ms);
    EXPECT_EQ(first.size(), later.size());
    EXPECT_NE(later.find("\"expires_in\":9    ,"), std::string::npos) << later;
    EXPECT_NE(later.find("Date: Thu, 01 Jan 2026 23:59:50 GMT\r\n"), std::string::npos) << later;
    EXPECT_NE(answer_at(media::text, 1s).find("Date: Thu, 01 Jan 2026 00:00:01 GMT\r\n"), std::string::npos);
    EXPECT_NE(answer_at(media::json, 1ms).find("\"expires_in\":86399,"), std::string::npos) << "rounded down";
}

TEST(TokenResponse, AsTextHasTheDateOfItsFirstAnswer) {
    auto t = make_token("gAAAA");
    auto built = std::make_shared<token_answer>(owner, *t);
    (void)token_answer::answer(built, *t, media::json, false, start, t->expires());
    EXPECT_NE(bytes(token_answer::answer(built, *t, media::text, false, start, t->expires()))
                  .find("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"),
              std::string::npos);
}

TEST(TokenAnswers, AreBuiltOncePerToken) {
    token_answers all;
    token_ptr t = make_token("gAAAA");
    const auto built = all.of(1, owner, t);
    EXPECT_EQ(all.of(1, owner, t), built);
    EXPECT_NE(all.of(2, owner, t), built) << "another scope has another name in its document";
    EXPECT_EQ(all.size(), 2U);
}

TEST(TokenAnswers, AreThoseOfTheTokenAndNotOfTheOneBefore) {
    token_answers all;
    token_ptr t = make_token("first");
    (void)all.of(1, owner, t);
    t = make_token("second");
    EXPECT_NE(all.of(1, owner, t)->document(start, t->expires()).find(R"("token":"second")"),
              std::string_view::npos);
    EXPECT_EQ(all.size(), 1U);
}

TEST(TokenAnswers, EndWithTheirToken) {
    token_answers all;
    token_ptr kept = make_token("kept");
    token_ptr gone = make_token("gone");
    (void)all.of(1, owner, kept);
    (void)all.of(2, owner, gone);
    const std::weak_ptr<const token> watched = gone;
    gone.reset();
    EXPECT_TRUE(watched.expired()) << "answers keep no token alive";
    all.drop_ended();
    EXPECT_EQ(all.size(), 1U);
}

TEST(TokenAnswers, AnAnswerThatIsYetToBeSentOutlivesThem) {
    token_answers all;
    token_ptr t = make_token("gAAAA");
    const response unsent =
        token_answer::answer(all.of(1, owner, t), *t, media::text, false, start, t->expires());
    t.reset();
    all.drop_ended();
    EXPECT_TRUE(bytes(unsent).ends_with("\r\n\r\ngAAAA"));
}

TEST(TokenResponse, PutsATokenOfUpTo8000BytesIntoAHeaderToo) {
    EXPECT_NE(answer(make_token(std::string(8000, 'a')), media::json, true).find("X-Subject-Token"),
              std::string::npos);
    EXPECT_EQ(answer(make_token(std::string(8001, 'a')), media::json, true).find("X-Subject-Token"),
              std::string::npos);
    EXPECT_EQ(answer(make_token("a\r\nX-Evil: b"), media::json, true).find("X-Subject-Token"),
              std::string::npos);
}

TEST(TokenResponse, ATokenOf60KiBComesUnchanged) {
    std::string value(60 * 1024, 'a');
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>('a' + i % 26);
    auto t = make_token(value);
    std::string text = answer(t, media::json, false);
    auto document = boost::json::parse(text.substr(text.find("\r\n\r\n") + 4));
    EXPECT_EQ(boost::json::value_to<std::string>(document.at("token")), value);
    EXPECT_TRUE(answer(t, media::text, false).ends_with("\r\n\r\n" + value));
}

TEST(TokenResponse, DescribesADomainAndNothingWhereThereIsNoScope) {
    auto t = make_token("a");
    t->project.reset();
    EXPECT_EQ(make_token_document({"ci", "unscoped"}, *t).text.find("project"), std::string::npos);
    t->domain = named_ref{"d1", "OTC"};
    auto text = make_token_document({"ci", "global"}, *t).text;
    EXPECT_NE(text.find(R"("domain":{"id":"d1","name":"OTC"},"methods")"), std::string::npos) << text;
}

} // namespace
} // namespace tokenward::local
