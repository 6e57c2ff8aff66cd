// If-Match, If-None-Match and Accept.
#include "daemon/local/http/conditional.hpp"
#include "daemon/local/http/media.hpp"
#include "daemon/local/http/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::local {
namespace {

/// A parsed request with these header lines.
class with_header {
  public:
    explicit with_header(const std::string& fields)
        : x_text("GET / HTTP/1.1\r\nHost: unix\r\n" + fields + "\r\n") {
        request_parser parser;
        EXPECT_EQ(parser.parse(x_text, x_asked), request_parser::outcome::complete);
    }
    const request& operator*() const { return x_asked; }

  private:
    std::string x_text;
    request x_asked;
};

constexpr std::string_view fp = "sha256:0123456789abcdef";
using verdict = conditions::verdict;

verdict judge(const std::string& fields, std::string_view current = fp) {
    auto only_if = conditions::of(*with_header(fields));
    EXPECT_TRUE(only_if) << fields;
    return only_if->judge(current);
}

TEST(Conditions, IfNoneMatchComparesWeakly) {
    EXPECT_EQ(judge(""), verdict::proceed);
    EXPECT_EQ(judge("If-None-Match: \"sha256:0123456789abcdef\"\r\n"), verdict::not_modified);
    EXPECT_EQ(judge("If-None-Match: W/\"sha256:0123456789abcdef\"\r\n"), verdict::not_modified);
    EXPECT_EQ(judge("If-None-Match: \"a,b\" , ,\"sha256:0123456789abcdef\"\r\n"), verdict::not_modified);
    EXPECT_EQ(judge("If-None-Match: \"a\"\r\nIf-None-Match: \"sha256:0123456789abcdef\"\r\n"),
              verdict::not_modified);
    EXPECT_EQ(judge("If-None-Match: *\r\n"), verdict::not_modified);
    EXPECT_EQ(judge("If-None-Match: *\r\n", ""), verdict::proceed);
    EXPECT_EQ(judge("If-None-Match: \"other\"\r\n"), verdict::proceed);
}

TEST(Conditions, IfMatchComparesStrongly) {
    EXPECT_EQ(judge("If-Match: \"sha256:0123456789abcdef\"\r\n"), verdict::proceed);
    EXPECT_EQ(judge("If-Match: \"a\", \"sha256:0123456789abcdef\"\r\n"), verdict::proceed);
    EXPECT_EQ(judge("If-Match: *\r\n"), verdict::proceed);
    EXPECT_EQ(judge("If-Match: *\r\n", ""), verdict::failed);
    EXPECT_EQ(judge("If-Match: W/\"sha256:0123456789abcdef\"\r\n"), verdict::failed);
    EXPECT_EQ(judge("If-Match: \"other\"\r\n"), verdict::failed);
    EXPECT_EQ(judge("If-Match: \"sha256:0123456789abcdef\"\r\n", ""), verdict::failed);
}

TEST(Conditions, AMalformedListIsAnError) {
    for (const char* list : {"", ",", "sha256:0123456789abcdef", "\"a", "\"a\" \"b\"", "*, \"a\"", "w/\"a\"",
                             "W/ \"a\"", "\"a b\"", "\"", "\"a\"b"}) {
        for (const char* name : {"If-Match: ", "If-None-Match: "})
            EXPECT_FALSE(conditions::of(*with_header(std::string(name) + list + "\r\n"))) << name << list;
    }
}

std::optional<media> choose(const std::string& accept, bool text_too = true) {
    return choose_media(*with_header("Accept: " + accept + "\r\n"), text_too);
}

TEST(Media, IsTheOneWithTheHighestQuality) {
    EXPECT_EQ(choose_media(*with_header(""), true), media::json);
    EXPECT_EQ(choose("*/*"), media::json);
    EXPECT_EQ(choose("text/plain"), media::text);
    EXPECT_EQ(choose("Text/Plain; charset=utf-8"), media::text);
    EXPECT_EQ(choose("text/*"), media::text);
    EXPECT_EQ(choose("application/json, text/plain"), media::json);
    EXPECT_EQ(choose("application/json;q=0.5, text/plain;q=0.501"), media::text);
    EXPECT_EQ(choose("*/*;q=0.1, text/plain"), media::text);
    EXPECT_EQ(choose("*/*, application/json;q=0"), media::text);
    EXPECT_EQ(choose("text/html, */*;q=0.8"), media::json);
    EXPECT_EQ(choose("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"), media::json) << "Java";
    EXPECT_EQ(choose("*"), media::json);
    EXPECT_EQ(choose("*;q=.2, text/plain;q=.25"), media::text);
    EXPECT_EQ(choose("*;q=0, text/plain"), media::text);
    EXPECT_EQ(choose("text/plain;Q=0.999, application/json;a=b;q=0.998"), media::text);
    EXPECT_EQ(choose("text/plain;q=0.99, application/json;q=1.000"), media::json);
    EXPECT_EQ(choose("text/plain;q=1., application/json;q=0.009"), media::text);
    EXPECT_EQ(choose("text/*;q=0, text/plain;q=0.1, application/*;q=0"), media::text)
        << "the more precise one";
    EXPECT_EQ(choose("text/plain;q=0.1, text/*, application/json;q=0.2"), media::json)
        << "the more precise one";
}

TEST(Media, AnEmptyListIsNoPreference) {
    EXPECT_EQ(choose(""), media::json);
    EXPECT_EQ(choose(" , "), media::json);
    EXPECT_EQ(choose("", false), media::json);
    EXPECT_EQ(choose("\r\nAccept: text/plain"), media::text);
}

TEST(Media, IsNoneIfNothingFits) {
    EXPECT_EQ(choose("text/html"), std::nullopt);
    EXPECT_EQ(choose("text/plain", false), std::nullopt);
    EXPECT_EQ(choose("application/json;q=0"), std::nullopt);
    EXPECT_EQ(choose("text/plain;q=2"), std::nullopt);
    EXPECT_EQ(choose("nonsense"), std::nullopt);
    EXPECT_EQ(choose("*;q=."), std::nullopt);
    EXPECT_EQ(choose("text/plain;q="), std::nullopt);
    EXPECT_EQ(choose("text/plain;q=1.001"), std::nullopt);
    EXPECT_EQ(choose("text/plain;q=0.0000"), std::nullopt);
    EXPECT_EQ(choose("text/plain;q=0.:"), std::nullopt);
    EXPECT_EQ(choose("text/plain;q=0./"), std::nullopt);
    EXPECT_EQ(choose("text/plai*"), std::nullopt);
    EXPECT_EQ(choose("image/*"), std::nullopt);
    EXPECT_EQ(choose("*;q=0"), std::nullopt);
    EXPECT_EQ(choose("*x"), std::nullopt);
}

TEST(Media, JsonIsKnownWithItsParameters) {
    EXPECT_TRUE(is_json("application/json"));
    EXPECT_TRUE(is_json("Application/JSON ; charset=utf-8"));
    EXPECT_FALSE(is_json("text/json"));
    EXPECT_FALSE(is_json("application/json-patch+json"));
    EXPECT_FALSE(is_json(""));
}

} // namespace
} // namespace tokenward::local
