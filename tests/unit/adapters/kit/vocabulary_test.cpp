#include "adapters/kit/vocabulary.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

std::string problem(std::string_view csv) {
    const auto vocabulary = Vocabulary::fromCsv("c.csv", csv);
    return vocabulary ? "" : vocabulary.error().detail;
}

TEST(VocabularyTest, FindsTheirCodeForOurs) {
    const auto codes =
        Vocabulary::fromCsv("c.csv", "our_code,their_code,remark\n01,10,电话\n02,13,短信\n");
    ASSERT_TRUE(codes);
    EXPECT_EQ(*codes->find("02"), "13");
    EXPECT_EQ(codes->find("03"), nullptr);
    EXPECT_EQ(codes->fallback(), nullptr);
}

TEST(VocabularyTest, TheStarRowIsTheFallbackAndNoCode) {
    const auto codes = Vocabulary::fromCsv("c.csv", "our_code,their_code\r\n*,90\r\n");
    ASSERT_TRUE(codes);
    EXPECT_EQ(*codes->fallback(), "90");
    EXPECT_EQ(codes->find("*"), nullptr);
}

TEST(VocabularyTest, AByteOrderMarkIsSkipped) {
    EXPECT_EQ(problem("\xEF\xBB\xBFour_code,their_code\n1,2\n"), "");
}

TEST(VocabularyTest, MistakesNameTheLine) {
    EXPECT_THAT(problem("code,name\n"), HasSubstr("c.csv:1:"));
    EXPECT_THAT(
        problem("our_code,their_code\n1,2\n1,3\n"), HasSubstr("c.csv:3: a second row for 1")
    );
    EXPECT_THAT(problem("our_code,their_code\n1\n"), HasSubstr("c.csv:2:"));
    EXPECT_THAT(problem("our_code,their_code\n1,\n"), HasSubstr("their_code is empty"));
    EXPECT_THAT(problem("our_code,their_code\n\"1\",2\n"), HasSubstr("without quotes"));
    EXPECT_THAT(problem("our_code,their_code\n*,2\n*,3\n"), HasSubstr("a second row for *"));
}

}  // namespace
}  // namespace yht::kit
