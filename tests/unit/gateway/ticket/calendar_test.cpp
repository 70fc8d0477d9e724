#include "gateway/ticket/calendar.h"

#include <gtest/gtest.h>

#include "gateway/base/time_text.h"

using namespace yht;
using ticket::Calendar;
using ticket::LimitUnit;

namespace {

base::UnixMillis at(std::string_view text) {
    return *base::parseRfc3339(text);
}
std::int32_t day(std::string_view date) {
    return base::shanghaiDay(at(std::string(date) + "T12:00:00+08:00"));
}

Calendar springFestival() {
    return *Calendar::fromCsv(
        "date,day_type,name\n2025-01-26,work,补班\n2025-01-28,off,春节\r\n2025-01-29,off,春节\n"
        "2025-01-30,off,春节\n2025-01-31,off,春节\n2025-02-03,off,春节\n2025-02-04,off,春节\n"
    );
}

}  // namespace

TEST(Calendar, WithoutExceptionsOnlyWeekendsAreOff) {
    const Calendar calendar;
    EXPECT_TRUE(calendar.isWorkingDay(day("2025-01-24")));
    EXPECT_FALSE(calendar.isWorkingDay(day("2025-01-25")));
    EXPECT_FALSE(calendar.isWorkingDay(day("2025-01-26")));
    EXPECT_TRUE(calendar.isWorkingDay(day("2025-01-27")));
}

TEST(Calendar, ExchangedDaysWinOverTheWeek) {
    const auto calendar = springFestival();
    EXPECT_TRUE(calendar.isWorkingDay(day("2025-01-26")));
    EXPECT_FALSE(calendar.isWorkingDay(day("2025-01-28")));
}

TEST(Calendar, WorkingDaysRunAcrossTheHolidayToMidnight) {
    // Friday 24 January; working days 26 (Sunday, exchanged), 27, then 5 February.
    EXPECT_EQ(
        at("2025-02-06T00:00:00+08:00"),
        springFestival().deadline(at("2025-01-24T09:00:00+08:00"), 3, LimitUnit::WorkingDay)
    );
}

TEST(Calendar, StartingDayDoesNotCount) {
    const Calendar calendar;
    EXPECT_EQ(
        at("2025-03-05T00:00:00+08:00"),
        calendar.deadline(at("2025-03-03T23:59:59+08:00"), 1, LimitUnit::NaturalDay)
    );
    EXPECT_EQ(
        at("2025-03-05T00:00:00+08:00"),
        calendar.deadline(at("2025-03-03T00:00:00+08:00"), 1, LimitUnit::WorkingDay)
    );
}

TEST(Calendar, ADayIsAShanghaiDay) {
    // 16:30 UTC is half past midnight of the next day in Shanghai.
    EXPECT_EQ(
        at("2025-03-06T00:00:00+08:00"),
        Calendar().deadline(at("2025-03-03T16:30:00Z"), 1, LimitUnit::WorkingDay)
    );
}

TEST(Calendar, MinutesAndHoursRunOnTheClock) {
    const auto start = at("2025-01-28T23:50:00+08:00");
    EXPECT_EQ(start + 20 * 60'000, springFestival().deadline(start, 20, LimitUnit::Minute));
    EXPECT_EQ(start + 24 * 3'600'000, springFestival().deadline(start, 24, LimitUnit::Hour));
}

TEST(Calendar, AWrongLineIsNamed) {
    for (const char* csv :
         {"2025-01-28,off,a\n2025-13-01,off,b", "2025-01-28,off,a\n2025-01-29,rest,b",
          "2025-01-28,off,a\n2025-01-28,work,b", "2025-01-28,off,a\nnonsense"}) {
        const auto calendar = Calendar::fromCsv(csv);
        ASSERT_FALSE(calendar) << csv;
        EXPECT_EQ(base::ErrorCode::ConfigInvalid, calendar.error().code);
        EXPECT_NE(std::string::npos, calendar.error().detail.find("line 2"))
            << calendar.error().detail;
    }
}
