#include "gateway/base/minute_counts.h"

#include <gtest/gtest.h>

namespace yht::base {
namespace {

TEST(MinuteCountsTest, CountsEachKeyFromItsFirstTimeAndAnewAfterAMinute) {
    ManualClock clock{1'555'551'000'000};
    MinuteCounts counts(clock);
    EXPECT_EQ(1U, counts.add("a"));
    clock.advance(kCountedMinuteMs - 1);
    EXPECT_EQ(2U, counts.add("a"));
    EXPECT_EQ(1U, counts.add("b"));
    clock.advance(1);
    EXPECT_EQ(1U, counts.add("a"));
    EXPECT_EQ(2U, counts.add("b"));
}

}  // namespace
}  // namespace yht::base
