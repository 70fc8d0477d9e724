#include "gateway/base/time_text.h"

#include <gtest/gtest.h>

namespace yht::base {
namespace {

TEST(TimeText, OneInstantHasOneCanonicalText) {
    const auto a = parseRfc3339("2019-04-18T00:00:00+08:00");
    const auto b = parseRfc3339("2019-04-17T16:00:00.000Z");
    ASSERT_TRUE(a);
    EXPECT_EQ(a, b);
    EXPECT_EQ("2019-04-18T00:00:00.000+08:00", formatRfc3339(*a));
}

TEST(TimeText, ATimeWithoutAZoneIsRefused) {
    for (const char* bad : {"2019-04-18T00:00:00", "2019-04-18", "2019-04-18T24:00:00Z", "2019-02-29T00:00:00Z", "2019-13-01T00:00:00Z", "2019-04-18T00:00:60Z",
                            "2019-04-18T00:00:00+0800", "2019-04-18T00:00:00.Z", "2019-04-18T00:00:00Z ", "1899-12-31T00:00:00Z", "2019-04-18T00:00:00+24:00"}) {
        EXPECT_FALSE(parseRfc3339(bad)) << bad;
    }
}

TEST(TimeText, LeapDayAndFractionAreRead) {
    EXPECT_TRUE(parseRfc3339("2020-02-29T23:59:59.123456789Z"));
    EXPECT_EQ("2020-03-01T07:59:59.120+08:00", formatRfc3339(*parseRfc3339("2020-02-29 23:59:59.12Z")));
}

TEST(TimeText, TimesBeforeTheEpochKeepTheirOrder) {
    const auto t = parseRfc3339("1969-12-31T23:59:59.999Z");
    ASSERT_TRUE(t);
    EXPECT_EQ(-1, *t);
    EXPECT_EQ("1970-01-01T07:59:59.999+08:00", formatRfc3339(-1));
}

TEST(TimeText, PatternsOfTheFieldGoBothWays) {
    const auto civil = parseCivil("190418235959", "%y%m%d%H%M%S");
    ASSERT_TRUE(civil);
    EXPECT_EQ("2019-04-18 23:59:59.000", formatCivil(*civil, "%Y-%m-%d %H:%M:%S.%L"));
    EXPECT_FALSE(parseCivil("190418", "%y%m%d%H%M%S"));
    EXPECT_FALSE(parseCivil("19041823595X", "%y%m%d%H%M%S"));
}

TEST(TimeText, TheShanghaiDayBeginsAtSixteenHoursUtc) {
    const auto before = *parseRfc3339("2019-04-17T15:59:59.999Z");
    EXPECT_EQ("20190417", formatDay(shanghaiDay(before)));
    EXPECT_EQ("20190418", formatDay(shanghaiDay(before + 1)));
}

}  // namespace
}  // namespace yht::base
