#include "adapters/kit/inbound/code_table.h"

#include <gmock/gmock.h>

#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

std::int32_t day(const char* text) {
    return base::shanghaiDay(*base::parseRfc3339(std::string(text) + "T00:00:00+08:00"));
}
std::string problem(std::string_view csv) {
    const auto table = CodeTable::fromCsv("c.csv", csv);
    return table ? "" : table.error().detail;
}

TEST(CodeTableTest, ACodeIsJudgedByTheDayOfTheEvent) {
    const auto table = CodeTable::fromCsv(
        "c.csv",
        "native,canonical,valid_from,valid_to,note\n4,4,,2019-12-31,old\n4,1,2020-01-01,,new\n"
    );
    ASSERT_TRUE(table) << table.error().detail;
    EXPECT_EQ(table->find("4", day("2019-12-31"))->canonical, "4");
    EXPECT_EQ(table->find("4", day("2020-01-01"))->canonical, "1");
    EXPECT_EQ(table->find("4", day("2020-01-01"))->line, 3U);
    EXPECT_EQ(table->find("5", day("2020-01-01")), nullptr);
}

TEST(CodeTableTest, ACellInQuotesMayHoldCommasAndQuotes) {
    const auto table =
        CodeTable::fromCsv("c.csv", "native,canonical,note\r\n\"投诉,举报\",3,\"a \"\"b\"\"\"\r\n");
    ASSERT_TRUE(table) << table.error().detail;
    EXPECT_EQ(table->find("投诉,举报", 0)->note, "a \"b\"");
}

TEST(CodeTableTest, EveryMistakeComesWithItsLine) {
    EXPECT_THAT(problem("code,name\n"), HasSubstr("c.csv:1:"));
    const auto all = problem("native,canonical,valid_from\n1,2,2019-13-01\n1,2\n,3\n1,5\n");
    EXPECT_THAT(all, HasSubstr("c.csv:2: write days"));
    EXPECT_THAT(all, HasSubstr("c.csv:4: native and canonical"));
    EXPECT_THAT(all, HasSubstr("c.csv:5: the same code on the same day as in line 3"));
    EXPECT_THAT(problem("native,canonical\n\"1,2\n"), HasSubstr("c.csv:2: a double quote"));
}

TEST(CodeTableTest, FullAndHalfWidthAndWhiteSpaceAtTheEndsAreOneCode) {
    const auto table = CodeTable::fromCsv("c.csv", "native,canonical\n（１）求助,2\n\" 投诉 \",3\nA类,4\nＡ类,4\n");
    ASSERT_TRUE(table) << table.error().detail;
    const auto found = [&](const char* native) {
        const auto* row = table->find(native, 0);
        return row == nullptr ? "" : row->canonical + ":" + std::to_string(row->line);
    };
    EXPECT_EQ(found("(1)求助"), "2:2");
    EXPECT_EQ(found("（1）求助\xE3\x80\x80"), "2:2");
    EXPECT_EQ(found("投诉"), "3:3");
    EXPECT_EQ(found("A类"), "4:4");
    EXPECT_EQ(found("Ａ类"), "4:5") << "a row of exactly that code goes first";
    EXPECT_EQ(found("a类"), "");
    EXPECT_EQ(found("\xEF\xBC"), "") << "half a character is none";
}

TEST(CodeTableTest, TwoRowsThatAreOneFoldedMustNotSayDifferentThings) {
    EXPECT_THAT(problem("native,canonical\n（１）,2\n2,3\n(1),4\n"), HasSubstr("c.csv:4: the same code as in line 2 but for"));
    EXPECT_EQ(problem("native,canonical,valid_from,valid_to\n１,2,,2019-12-31\n1,4,2020-01-01,\n"), "");
    EXPECT_THAT(problem("native,canonical\n\"　\",2\n"), HasSubstr("c.csv:2: native and canonical"));
}

TEST(CodeTableTest, AWordIsFoundInATextOfTheOtherWidth) {
    const auto table = CodeTable::fromCsv("c.csv", "native,canonical\nETC卡,A\n５Ｇ,B\n");
    ASSERT_TRUE(table) << table.error().detail;
    const auto* card = table->findContained("办理ＥＴＣ卡，三次未成", 0);
    ASSERT_NE(card, nullptr);
    EXPECT_EQ(card->canonical, "A");
    const auto* signal = table->findContained("5G信号弱", 0);
    ASSERT_NE(signal, nullptr);
    EXPECT_EQ(signal->canonical, "B");
}

TEST(CodeTableTest, TheLongestWordThatOccursIsFoundInTheBeginningOfATextOnly) {
    const auto table = CodeTable::fromCsv(
        "c.csv",
        "native,canonical,valid_from,valid_to\n路灯,A,,\n路灯不亮,B,,2019-12-31\n投诉,C,,\n"
    );
    ASSERT_TRUE(table) << table.error().detail;
    const auto found = [&](const std::string& text, const char* on) {
        const auto* row = table->findContained(text, day(on));
        return row == nullptr ? "" : row->canonical;
    };
    EXPECT_EQ(found("投诉路灯不亮", "2019-04-18"), "B");
    EXPECT_EQ(found("投诉路灯不亮", "2020-04-18"), "A");
    EXPECT_EQ(found("井盖", "2020-04-18"), "");
    const std::string far(CodeTable::kContainedBytesMax, 'x');
    EXPECT_EQ(found(far + "路灯", "2020-04-18"), "");
    EXPECT_EQ(found(far.substr(6) + "路灯", "2020-04-18"), "A");
}

}  // namespace
}  // namespace yht::kit
