#include "gateway/json/json.h"

#include <gtest/gtest.h>

namespace yht::json {
namespace {

using base::ErrorCode;

TEST(Json, EighteenDigitNumbersStayExact) {
    const auto document = parse(R"({"id":123456789012345678,"f":1.50})");
    ASSERT_TRUE(document.ok());
    EXPECT_EQ("123456789012345678", textMember(*document, "id"));
    EXPECT_EQ("1.50", textMember(*document, "f"));
}

TEST(Json, CharactersBeyondTheBmpSurvive) {
    const auto plain = parse(R"({"name":"𠮷𰻝"})");
    const auto escaped = parse(R"({"name":"\ud842\udfb7\ud883\udedd"})");
    ASSERT_TRUE(plain.ok());
    ASSERT_TRUE(escaped.ok());
    EXPECT_EQ(textMember(*plain, "name"), textMember(*escaped, "name"));
}

struct Refused { const char* name; std::string text; };
class JsonRefuses : public testing::TestWithParam<Refused> {};
TEST_P(JsonRefuses, WithMalformed) {
    const auto document = parse(GetParam().text);
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(ErrorCode::JsonMalformed, document.error().code);
}
INSTANTIATE_TEST_SUITE_P(
    Hostile, JsonRefuses,
    testing::Values(Refused{"depth", std::string(17, '[') + std::string(17, ']')},
                    Refused{"million_deep", std::string(1'000'000, '[')},
                    Refused{"duplicate_name", R"({"a":1,"a":2})"},
                    Refused{"duplicate_by_escape", R"({"a":1,"\u0061":2})"},
                    Refused{"nested_duplicate", R"([{"x":{"a":1,"a":2}}])"},
                    Refused{"trailing", "{} {}"}, Refused{"behind_a_nul", std::string("{}\0{}", 5)}, Refused{"empty", ""}, Refused{"bad_utf8", "{\"a\":\"\xC0\xAF\"}"},
                    Refused{"lone_surrogate", R"({"a":"\ud800"})"}, Refused{"cut", R"({"a":)"},
                    Refused{"nan", "[NaN]"}, Refused{"comment", "[1/*x*/]"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(Json, DepthAtTheBoundIsTaken) {
    EXPECT_TRUE(parse(std::string(16, '[') + std::string(16, ']')).ok());
}

TEST(Json, BracketsInsideStringsAreNotDepth) {
    EXPECT_TRUE(parse("[\"" + std::string(100, '[') + "\\\"[\"]").ok());
}

TEST(Json, ErrorsNeverRepeatTheInput) {
    const auto document = parse(R"({"phone":"19900001234)");
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(std::string::npos, document.error().public_en.find("1990"));
    EXPECT_EQ(std::string::npos, document.error().detail.find("1990"));
}

// RFC 8785 section 3.2.3: order by UTF-16 code units, strings escaped as in 3.2.2.2.
TEST(Json, CanonicalOrdersByUtf16AndEscapesAsTheRfcSays) {
    const auto document = parse(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})");
    ASSERT_TRUE(document.ok());
    std::vector<std::string> order;
    const auto text = canonical(*document);
    for (const char* value : {"Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Emoji", "Hebrew"}) {
        order.emplace_back(value);
    }
    std::size_t last = 0;
    for (const auto& value : order) {
        const auto at = text.find(value);
        ASSERT_NE(std::string::npos, at) << value;
        EXPECT_GT(at, last) << value;
        last = at;
    }
    EXPECT_EQ(R"({"a":"\u000f\n\"\\/é"})", canonical(*parse(R"({"a":"\u000F\u000a\u0022\u005C\/é"})")));
}

TEST(Json, PointerTokensAreEscaped) { EXPECT_EQ("a~1b~0c", pointerToken("a/b~c")); }

}  // namespace
}  // namespace yht::json
