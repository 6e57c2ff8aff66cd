// Scopes as text, and names.
#include "common/scope.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

TEST(Scope, EachSpelledOutFormIsParsedAndWrittenBack) {
    for (const char* text : {"unscoped", "project:a b/c", "project_id:0215", "domain:domain A",
                             "domain_id:default", "project:\u00fc:x"}) {
        auto s = parse_scope(text, {"", "D"});
        ASSERT_TRUE(s.has_value()) << text;
        EXPECT_EQ(to_string(*s), text);
        EXPECT_EQ(s->domain.name, s->kind == scope_kind::project_name ? "D" : "");
    }
}

TEST(Scope, MalformedTextsAreRefused) {
    for (std::string text :
         {std::string(), std::string("eu-de"), std::string("project:"), std::string("Project:x"),
          std::string("project:a\0b", 11), std::string("project:\xc3"), "project:" + std::string(256, 'x')})
        EXPECT_FALSE(parse_scope(text, {}).has_value()) << text;
}

TEST(Scope, NamesAreShortAndPlain) {
    EXPECT_TRUE(is_name("eu-de_1.x"));
    EXPECT_TRUE(is_name(std::string(64, 'a')));
    for (std::string text : {std::string(), std::string(65, 'a'), std::string("a/b"), std::string("a:b"),
                             std::string("a b"), std::string("\u00fc")})
        EXPECT_FALSE(is_name(text)) << text;
}
