// Working days (工作日) with the yearly 调休 exchanges, as data: a deadline is only as right as its
// calendar. Uses: base. Used by: fold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::ticket {

/// Units met in the field (办理时限单位).
enum class LimitUnit : std::uint8_t { Minute = 1, Hour = 2, NaturalDay = 3, WorkingDay = 4 };

/// Bounds of one time limit; a greater amount counts as the bound (validation refuses it before).
inline constexpr std::int64_t kMinutesMax = 5'256'000, kHoursMax = 87'600,
                              kDaysMax = 3'650;  // ten years

/// Immutable after loading. Days are Asia/Shanghai.
class Calendar {
public:
    /// Saturdays and Sundays off, nothing else.
    Calendar() = default;
    /// CSV "date,day_type,name" with day_type "off" (放假) or "work" (补班); one row an exception.
    /// A header line, empty lines and lines that begin with # are skipped. Errors: ConfigInvalid,
    /// naming the line.
    static base::Result<Calendar> fromCsv(std::string_view csv);

    bool isWorkingDay(std::int32_t day) const;
    /// Minutes and hours run from `start_ms`. Natural days and working days end at 24:00 of the
    /// last day (exclusive); the starting day does not count.
    base::UnixMillis deadline(base::UnixMillis start_ms, std::int64_t amount, LimitUnit unit) const;

private:
    std::map<std::int32_t, bool> exceptions_;  // day -> is working
};

}  // namespace yht::ticket
