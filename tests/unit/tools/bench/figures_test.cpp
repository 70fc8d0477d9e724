#include "tools/bench/figures.h"

#include <gtest/gtest.h>

#include <sstream>

#include "gateway/json/json.h"

namespace yht::bench {
namespace {

TEST(Percentile, IsTheNearestRank) {
    std::vector<std::uint32_t> hundred;
    for (std::uint32_t i = 1; i <= 100; ++i) hundred.push_back(i);
    EXPECT_EQ(50, percentile(hundred, 0.5));
    EXPECT_EQ(99, percentile(hundred, 0.99));
    EXPECT_EQ(100, percentile(hundred, 1));
    EXPECT_EQ(7, percentile({7}, 0.99));
}

TEST(Report, RowsOfOneNameBecomeOneWithItsMedian) {
    Report report("title");
    for (const double value : {30.0, 10.0, 20.0}) report.add("rate", "/s", value, ">= 15");
    ASSERT_EQ(1U, report.rows().size());
    EXPECT_EQ(20, report.rows()[0].median());
    EXPECT_EQ(10, report.rows()[0].lowest());
    EXPECT_EQ(30, report.rows()[0].highest());
}

TEST(Report, AsJsonHoldsEveryValueOfEveryRun) {
    Report report("title");
    report.add("rate", "/s", 1, ">= 2");
    report.add("rate", "/s", 3);
    std::ostringstream out;
    report.printJson(out);
    const auto json = json::parse(out.str());
    ASSERT_TRUE(json.ok()) << out.str();
    const auto& row = (*json)["rows"][0];
    EXPECT_EQ("2.0", json::textMember(row, "median"));
    EXPECT_EQ(2U, row["values"].Size());
    EXPECT_STREQ(">= 2", row["asked"].GetString());
}

}  // namespace
}  // namespace yht::bench
