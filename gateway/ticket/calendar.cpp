#include "gateway/ticket/calendar.h"

#include <algorithm>

#include "gateway/base/time_text.h"

namespace yht::ticket {
namespace {

constexpr std::int64_t kDayMillis = 86'400'000;
/// Lines of one calendar: more than a century of exceptions.
constexpr std::size_t kCsvLinesMax = 20'000;

/// 00:00 Asia/Shanghai of that day.
base::UnixMillis startOf(std::int64_t day) {
    return day * kDayMillis - std::int64_t{base::kShanghaiOffsetSeconds} * 1000;
}

std::string_view takeLine(std::string_view& csv) {
    const std::size_t end = csv.find('\n');
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

base::Error wrongLine(std::size_t number, const char* why) {
    return base::makeError(
        base::ErrorCode::ConfigInvalid, "calendar line " + std::to_string(number) + ": " + why
    );
}

}  // namespace

base::Result<Calendar> Calendar::fromCsv(std::string_view csv) {
    Calendar calendar;
    if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);  // spreadsheets write a BOM
    for (std::size_t number = 1; !csv.empty(); ++number) {
        const auto line = takeLine(csv);
        if (number > kCsvLinesMax) return wrongLine(number, "too many lines");
        if (line.empty() || line.front() == '#' || line.starts_with("date,")) continue;
        const auto comma = line.find(',');
        if (comma == std::string_view::npos)
            return wrongLine(number, "expected date,day_type,name");
        const auto type = line.substr(comma + 1, line.find(',', comma + 1) - comma - 1);
        const auto civil = base::parseCivil(line.substr(0, comma), "%Y-%m-%d");
        const auto start =
            civil ? base::fromCivil(*civil, base::kShanghaiOffsetSeconds) : std::nullopt;
        if (!start) return wrongLine(number, "the date is not yyyy-mm-dd");
        if (type != "off" && type != "work")
            return wrongLine(number, "day_type is neither off nor work");
        const bool is_new =
            calendar.exceptions_.try_emplace(base::shanghaiDay(*start), type == "work").second;
        if (!is_new) return wrongLine(number, "the date stands twice");
    }
    return calendar;
}

bool Calendar::isWorkingDay(std::int32_t day) const {
    if (const auto found = exceptions_.find(day); found != exceptions_.end()) return found->second;
    // Day 0, 1970-01-01, was a Thursday; Monday is 0.
    const std::int32_t weekday = ((day + 3) % 7 + 7) % 7;
    return weekday < 5;
}

base::UnixMillis Calendar::deadline(base::UnixMillis start_ms, std::int64_t amount, LimitUnit unit)
    const {
    amount = std::max<std::int64_t>(amount, 0);
    if (unit == LimitUnit::Minute) return start_ms + std::min(amount, kMinutesMax) * 60'000;
    if (unit == LimitUnit::Hour) return start_ms + std::min(amount, kHoursMax) * 3'600'000;

    std::int32_t day = base::shanghaiDay(start_ms);
    const auto days = static_cast<std::int32_t>(std::min(amount, kDaysMax));
    if (unit == LimitUnit::NaturalDay) return startOf(day + days + 1);
    for (std::int32_t left = days; left > 0;) {
        if (isWorkingDay(++day)) --left;
    }
    return startOf(day + 1);
}

}  // namespace yht::ticket
