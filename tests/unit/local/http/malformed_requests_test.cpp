// Requests that can't be parsed: the status and code of each, when it comes whole and in pieces.
#include "tests/unit/local/http/malformed_requests.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tokenward::local {
namespace {

std::string code_of(const std::string& text) {
    std::string bytes = text;
    request_parser parser;
    request asked;
    if (parser.parse(bytes, asked) != outcome::failed) return "";
    return std::string(tokenward::describe(to_problem(parser.error()).code).name);
}

TEST(RequestParser, AnErrorHasTheCodeOfItsStatus) {
    for (const malformed_request& r : malformed_requests()) {
        std::string code = "bad_request";
        if (r.status == 413 || r.status == 414 || r.status == 431) code = "too_large";
        if (r.status == 501 || r.status == 505) code = "not_implemented";
        EXPECT_EQ(code_of(r.text), code) << r.why;
    }
}

TEST(RequestParser, TellsAFoldedFieldFromAMalformedName) {
    for (const char* start : {" ", "\t"}) {
        std::string bytes = with_fields("X: a\r\n" + std::string(start) + "b: c\r\n");
        request_parser parser;
        request asked;
        ASSERT_EQ(parser.parse(bytes, asked), outcome::failed);
        EXPECT_EQ(parser.error().what, "a header field is folded");
    }
}

TEST(RequestParser, FailsOnWhatIsMalformedOrTooLarge) {
    for (const malformed_request& r : malformed_requests()) {
        parsed got = parse(r.text);
        EXPECT_EQ(got.end, outcome::failed) << r.why;
        EXPECT_EQ(got.status, r.status) << r.why;
    }
}

TEST(RequestParser, FailsAlikeWhenARequestComesInPieces) {
    for (const malformed_request& r : malformed_requests())
        for (std::size_t split = 0; split < std::min<std::size_t>(r.text.size(), 120); ++split)
            EXPECT_EQ(parse_in_two(r.text, split).status, r.status) << r.why << ", split at " << split;
}

} // namespace
} // namespace tokenward::local
