// The JSON reader, the table that fills structures, and the writer of strings.
#include "client/bytes/json_fields.h"
#include "client/bytes/json_reader.h"
#include "client/bytes/json_string.h"

#include <gtest/gtest.h>

#include <climits>
#include <string>
#include <string_view>

using namespace std::string_literals;

namespace {

/// All events of a document in one line: { } [ ] k:TEXT s:TEXT n:TEXT t f 0, and at last "." or "!".
std::string events(const std::string& document) {
    tw_json reader = tw_json_reader(document.data(), document.size());
    std::string seen;
    for (;;) {
        tw_json_event event = tw_json_next(&reader);
        seen += " {}[]ksntf0.!"[event];
        if (event == TW_JSON_KEY || event == TW_JSON_STRING || event == TW_JSON_NUMBER)
            seen += ":" + std::string(reader.text, reader.text_size) + " ";
        if (event == TW_JSON_END || event == TW_JSON_ERROR) break;
    }
    tw_json_finish(&reader);
    return seen;
}

bool is_good(const std::string& document) {
    return events(document).back() == '.';
}

std::string written(const std::string& bytes, std::size_t limit = 1000) {
    tw_buffer out{};
    tw_json_append_string(&out, bytes.data(), bytes.size(), limit);
    std::string text(out.bytes, out.size);
    tw_buffer_free(&out);
    return text;
}

} // namespace

TEST(JsonReader, TellsADocumentEventByEvent) {
    EXPECT_EQ(events(R"( {"a":[1,-2.5e+3,"x"],"b":{},"c":[],"d":[true,false,null]} )"),
              "{k:a [n:1 n:-2.5e+3 s:x ]k:b {}k:c []k:d [tf0]}.");
    EXPECT_EQ(events("\"alone\""), "s:alone .");
    EXPECT_EQ(events("0"), "n:0 .");
}

TEST(JsonReader, ResolvesEscapes) {
    EXPECT_EQ(events(R"("a\"\\\/\b\f\n\r\tz")"), "s:a\"\\/\b\f\n\r\tz .");
    EXPECT_EQ(events(R"("\u00e9\u20AC\ud83d\ude00")"), "s:\u00e9\u20ac\U0001F600 .");
    EXPECT_EQ(events(R"("a\u0000b")"), "s:a\0b ."s);
    EXPECT_EQ(events(R"({"\u0061":1})"), "{k:a n:1 }.");
}

TEST(JsonReader, RefusesWhatIsNotWellFormed) {
    for (const char* bad : {"",
                            " ",
                            "{",
                            "}",
                            "[",
                            "]",
                            "[1",
                            "[1,]",
                            "[,1]",
                            "[1 2]",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{a:1}",
                            "{1:2}",
                            "{\"a\":1 \"b\":2}",
                            "[1}",
                            "{\"a\":1]",
                            "1 2",
                            "\"a",
                            "\"\\\"",
                            "\"\\x\"",
                            "\"\\u12g4\"",
                            "\"\\ud800\"",
                            "\"\\udc00\"",
                            "\"\\ud800\\u0041\"",
                            "\"\\ud800x\"",
                            "01",
                            "-",
                            "+1",
                            ".5",
                            "1.",
                            "1e",
                            "1e+",
                            "0x1",
                            "tru",
                            "nul",
                            "True",
                            "NaN",
                            "'a'",
                            "\"\t\"",
                            "\"\x01\"",
                            "[1]]",
                            "{}{}",
                            "// c\n1",
                            "\xEF\xBB\xBF{}"})
        EXPECT_FALSE(is_good(bad)) << bad;
}

TEST(JsonReader, RefusesWhatIsNotUtf8) {
    for (const char* bad : {"\xff", "\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf0\x9f\x98"})
        EXPECT_FALSE(is_good("\"" + std::string(bad) + "\""));
    EXPECT_TRUE(is_good("\"\u00e9\u20ac\U0001F600\""));
}

TEST(JsonReader, EveryBeginningOfADocumentIsRefused) {
    const std::string whole = R"({"a":[1,"\u00e9\ud83d\ude00",{"b":null}],"c":-0.5e7})";
    ASSERT_TRUE(is_good(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(is_good(whole.substr(0, size))) << size;
}

TEST(JsonReader, GoesNoDeeperThanItsBound) {
    const std::size_t most = TW_JSON_MAX_DEPTH;
    EXPECT_TRUE(is_good(std::string(most, '[') + std::string(most, ']')));
    EXPECT_FALSE(is_good(std::string(most + 1, '[') + std::string(most + 1, ']')));
}

TEST(JsonReader, AnErrorIsTheLastWord) {
    tw_json reader = tw_json_reader("[!", 2);
    EXPECT_EQ(tw_json_next(&reader), TW_JSON_ARRAY);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(tw_json_next(&reader), TW_JSON_ERROR);
    tw_json_finish(&reader);
}

TEST(JsonReader, IntegersAreExactOrNone) {
    auto integer = [](const std::string& text) {
        tw_json reader = tw_json_reader(text.data(), text.size());
        long long value = 0;
        tw_json_next(&reader);
        return tw_json_integer(&reader, &value) ? std::to_string(value) : "none";
    };
    EXPECT_EQ(integer("71999"), "71999");
    EXPECT_EQ(integer("-0"), "0");
    EXPECT_EQ(integer(std::to_string(LLONG_MAX)), std::to_string(LLONG_MAX));
    EXPECT_EQ(integer(std::to_string(LLONG_MIN)), std::to_string(LLONG_MIN));
    for (const char* none :
         {"9223372036854775808", "-9223372036854775809", "99999999999999999999", "1.0", "1e3", "true"})
        EXPECT_EQ(integer(none), "none") << none;
}

TEST(JsonFields, FillsWhatItKnowsAndPassesOverTheRest) {
    struct record {
        const char* text = "unset";
        long long number = -1;
        bool flag = false;
        std::string list{};
    } filled;
    const auto add = [](tw_json* reader, tw_arena*, void* structure) {
        static_cast<record*>(structure)->list.append(reader->text, reader->text_size);
        return true;
    };
    const tw_field fields[] = {{"text", TW_FIELD_TEXT, offsetof(record, text), nullptr},
                               {"number", TW_FIELD_INTEGER, offsetof(record, number), nullptr},
                               {"flag", TW_FIELD_FLAG, offsetof(record, flag), nullptr},
                               {"list", TW_FIELD_LIST, 0, add},
                               {nullptr, TW_FIELD_TEXT, 0, nullptr}};
    const auto read = [&](const std::string& document) {
        static tw_arena arena{};
        filled = record{};
        bool good = tw_read_document(document.data(), document.size(), &arena, fields, &filled);
        std::string seen = good ? filled.text + ","s + std::to_string(filled.number) +
                                      (filled.flag ? ",yes," : ",no,") + filled.list
                                : "bad";
        tw_arena_free(&arena);
        return seen;
    };
    EXPECT_EQ(
        read(R"({"new":{"text":"no"},"text":"é","list":["a",1,[2],"b"],"number":7,"flag":true,"n":[[]]})"),
        "é,7,yes,ab");
    EXPECT_EQ(read(R"({})"), "unset,-1,no,");
    EXPECT_EQ(read(R"({"text":null,"number":"7","flag":1,"list":{"a":["b"]}})"), "unset,-1,no,");
    for (const char* bad :
         {"[]", "{} {}", R"({"text":"a\u0000b"})", R"({"text":"a")", R"({"list":["a")", R"({"x":[})"})
        EXPECT_EQ(read(bad), "bad") << bad;
}

TEST(JsonText, WritesAnyBytesAsAString) {
    EXPECT_EQ(written("plain é"), "\"plain é\"");
    EXPECT_EQ(written("a\"b\\c\n\x01\0"s + "d"s), R"("a\"b\\c\u000a\u0001\u0000d")");
    EXPECT_EQ(written("gzip \x1f\x8b latin \xe9"), "\"gzip \\u001f\uFFFD latin \uFFFD\"");
    EXPECT_EQ(written(""), "\"\"");
}

TEST(JsonText, IsCutBetweenTwoCharacters) {
    EXPECT_EQ(written("abé", 3), "\"ab\"");
    EXPECT_EQ(written("a\"b", 2), "\"a\"");
    EXPECT_EQ(written("a\"b", 3), "\"a\\\"\"");
}

TEST(Buffer, IsWipedWhenItIsCleared) {
    tw_buffer buffer{};
    tw_buffer_append_text(&buffer, "a secret");
    tw_buffer_append_format(&buffer, " and %d more", 7);
    ASSERT_EQ(std::string(buffer.bytes, buffer.size), "a secret and 7 more");
    std::size_t size = buffer.size;
    tw_buffer_clear(&buffer);
    EXPECT_EQ(std::string(buffer.bytes, size), std::string(size, '\0'));
    EXPECT_EQ(buffer.size, 0u);
    tw_buffer_free(&buffer);
}
