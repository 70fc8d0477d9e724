#include "adapters/kit/inbound/code_table_file.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kTree =
    "一级,二级,三级\n城乡建设,市政,路灯\n城乡建设,市政,其他\n交通运输,公交,其他\n"
    "城乡建设,市政,\n城乡建设,市政,路灯\n城乡建设,市政,\"井盖, 沟盖\"\n";
const CodeTableWish kWish{"三级", {"一级", "三级"}};

TEST(CodeTableFileTest, AListBecomesATableAndWhatMeansSeveralThingsIsTold) {
    const auto made = codeTableFrom("tree.csv", kTree, kWish);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(
        made->csv,
        "native,canonical\n路灯,城乡建设/路灯\n\"井盖, 沟盖\",\"城乡建设/井盖, 沟盖\"\n"
    );
    EXPECT_EQ(made->rows, 2U);
    EXPECT_THAT(made->ambiguous, ElementsAre("其他"));
    EXPECT_EQ(made->incomplete, 1U);
}

TEST(CodeTableFileTest, FullAndHalfWidthAreOneName) {
    const auto made = codeTableFrom(
        "units.csv", "名称,代码\n城管（一）,1\n城管(一),1\n住建（一）,2\n住建(一),3\n", {"名称", {"代码"}}
    );
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->csv, "native,canonical\n城管（一）,1\n");
    EXPECT_THAT(made->ambiguous, ElementsAre("住建(一)"));
}

TEST(CodeTableFileTest, AColumnThatIsNotThereAndAnUnknownEndingAreMistakes) {
    const auto column = codeTableFrom("tree.csv", kTree, {"四级", {"一级"}});
    ASSERT_FALSE(column);
    const auto ending = codeTableFrom("tree.pdf", kTree, kWish);
    ASSERT_FALSE(ending);
    EXPECT_THAT(ending.error().detail, HasSubstr(".xlsx"));
}

TEST(CodeTableFileTest, AListThatCanNotBeReadMakesNoTable) {
    EXPECT_FALSE(codeTableFrom("tree.csv", std::string("一级,三级\n\xff,路灯\n"), kWish));
    EXPECT_FALSE(codeTableFrom("tree.xlsx", "no workbook", kWish));
}

}  // namespace
}  // namespace yht::kit
