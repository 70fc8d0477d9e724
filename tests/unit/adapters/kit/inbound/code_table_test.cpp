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
