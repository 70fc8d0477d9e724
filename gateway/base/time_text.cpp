#include "gateway/base/time_text.h"

#include <charconv>
#include <chrono>

namespace yht::base {
namespace {

constexpr std::int64_t kDayMillis = 86'400'000;

std::int64_t floorDivide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Reads exactly `width` digits off the front.
std::optional<int> takeDigits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(width);
    return value;
}

bool takeChar(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

/// ".123456" cut to milliseconds; nullopt where a dot has no digits or more than nine.
std::optional<int> takeFraction(std::string_view& text) {
    if (!takeChar(text, '.')) return 0;
    int millis = 0;
    std::size_t count = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (count < 3) millis = millis * 10 + (text.front() - '0');
        text.remove_prefix(1);
        ++count;
    }
    if (count == 0 || count > 9) return std::nullopt;
    for (; count < 3; ++count) millis *= 10;
    return millis;
}

std::optional<std::int32_t> takeZone(std::string_view& text) {
    if (takeChar(text, 'Z') || takeChar(text, 'z')) return 0;
    const bool negative = !text.empty() && text.front() == '-';
    if (!takeChar(text, '+') && !takeChar(text, '-')) return std::nullopt;
    const auto hours = takeDigits(text, 2);
    if (!hours || !takeChar(text, ':')) return std::nullopt;
    const auto minutes = takeDigits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::int32_t offset = *hours * 3600 + *minutes * 60;
    return negative ? -offset : offset;
}

int* partOf(CivilTime& civil, char letter) {
    switch (letter) {
        case 'Y': case 'y': return &civil.year;
        case 'm': return &civil.month;
        case 'd': return &civil.day;
        case 'H': return &civil.hour;
        case 'M': return &civil.minute;
        case 'S': return &civil.second;
        case 'L': return &civil.millisecond;
        default: return nullptr;
    }
}

std::size_t widthOf(char letter) { return letter == 'Y' ? 4 : letter == 'L' ? 3 : 2; }

}  // namespace

CivilTime toCivil(UnixMillis time_ms, std::int32_t offset_seconds) {
    const std::int64_t local = time_ms + std::int64_t{offset_seconds} * 1000;
    const std::int64_t days = floorDivide(local, kDayMillis);
    std::int64_t rest = local - days * kDayMillis;
    const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
    CivilTime civil;
    civil.year = static_cast<int>(ymd.year());
    civil.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
    civil.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
    civil.millisecond = static_cast<int>(rest % 1000);
    rest /= 1000;
    civil.second = static_cast<int>(rest % 60);
    civil.minute = static_cast<int>(rest / 60 % 60);
    civil.hour = static_cast<int>(rest / 3600);
    return civil;
}

std::optional<UnixMillis> fromCivil(const CivilTime& civil, std::int32_t offset_seconds) {
    const std::chrono::year_month_day ymd{
        std::chrono::year{civil.year}, std::chrono::month{static_cast<unsigned>(civil.month)},
        std::chrono::day{static_cast<unsigned>(civil.day)}};
    const bool time_ok = civil.hour >= 0 && civil.hour <= 23 && civil.minute >= 0 &&
                         civil.minute <= 59 && civil.second >= 0 && civil.second <= 59 &&
                         civil.millisecond >= 0 && civil.millisecond <= 999;
    if (civil.month < 1 || civil.day < 1 || !ymd.ok() || !time_ok) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{ymd}.time_since_epoch().count();
    const std::int64_t seconds = civil.hour * 3600 + civil.minute * 60 + civil.second - offset_seconds;
    return days * kDayMillis + seconds * 1000 + civil.millisecond;
}

// Read several times for each record, so written out rather than by a pattern.
std::optional<UnixMillis> parseRfc3339(std::string_view text) {
    constexpr std::size_t kWholeSeconds = 19;  // "2019-04-18T09:30:00"
    if (text.size() < kWholeSeconds) return std::nullopt;
    const bool separated = text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':' &&
                           (text[10] == 'T' || text[10] == 't' || text[10] == ' ');
    if (!separated) return std::nullopt;
    CivilTime civil;
    bool digits = true;
    const auto part = [&](std::size_t at, std::size_t width) {
        int value = 0;
        for (const char c : text.substr(at, width)) {
            digits = digits && c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        return value;
    };
    civil.year = part(0, 4);
    civil.month = part(5, 2);
    civil.day = part(8, 2);
    civil.hour = part(11, 2);
    civil.minute = part(14, 2);
    civil.second = part(17, 2);
    if (!digits || civil.year < 1900) return std::nullopt;
    text.remove_prefix(kWholeSeconds);
    const auto fraction = takeFraction(text);
    if (!fraction) return std::nullopt;
    civil.millisecond = *fraction;
    const auto zone = takeZone(text);
    if (!zone || !text.empty()) return std::nullopt;
    return fromCivil(civil, *zone);
}

namespace {

/// As printf("%0*d"): a sign counts as one of the width.
void appendNumber(std::string& text, int number, std::size_t width) {
    char digits[12];
    const auto [end, code] = std::to_chars(digits, digits + sizeof digits, number < 0 ? -static_cast<std::int64_t>(number) : number);
    const std::size_t sign = number < 0 ? 1 : 0, length = static_cast<std::size_t>(end - digits);
    if (sign > 0) text.push_back('-');
    if (length + sign < width) text.append(width - length - sign, '0');
    text.append(digits, length);
}

}  // namespace

std::string formatRfc3339(UnixMillis time_ms) {
    const CivilTime civil = toCivil(time_ms, kShanghaiOffsetSeconds);
    if (civil.year < 0 || civil.year > 9999) return formatCivil(civil, "%Y-%m-%dT%H:%M:%S.%L+08:00");
    std::string text = "0000-00-00T00:00:00.000+08:00";
    const auto put = [&text](std::size_t last, int value) {
        for (std::size_t at = last; value > 0; --at, value /= 10) text[at] = static_cast<char>('0' + value % 10);
    };
    put(3, civil.year);
    put(6, civil.month);
    put(9, civil.day);
    put(12, civil.hour);
    put(15, civil.minute);
    put(18, civil.second);
    put(22, civil.millisecond);
    return text;
}

std::string formatCivil(const CivilTime& civil, std::string_view pattern) {
    CivilTime copy = civil;
    std::string text;
    text.reserve(pattern.size() + 8);  // %Y and %L are longer than their directive
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const int* part =
            pattern[i] == '%' && i + 1 < pattern.size() ? partOf(copy, pattern[i + 1]) : nullptr;
        if (part == nullptr) {
            if (pattern[i] == '%' && i + 1 < pattern.size() && pattern[i + 1] == '%') ++i;
            text.push_back(pattern[i]);
            continue;
        }
        const char letter = pattern[++i];
        appendNumber(text, letter == 'y' ? *part % 100 : *part, widthOf(letter));
    }
    return text;
}

std::optional<CivilTime> parseCivil(std::string_view text, std::string_view pattern) {
    CivilTime civil;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        int* part =
            pattern[i] == '%' && i + 1 < pattern.size() ? partOf(civil, pattern[i + 1]) : nullptr;
        if (part == nullptr) {
            if (pattern[i] == '%' && i + 1 < pattern.size() && pattern[i + 1] == '%') ++i;
            if (!takeChar(text, pattern[i])) return std::nullopt;
            continue;
        }
        const char letter = pattern[++i];
        const auto value = takeDigits(text, widthOf(letter));
        if (!value) return std::nullopt;
        *part = letter == 'y' ? 2000 + *value : *value;
    }
    return text.empty() ? std::optional(civil) : std::nullopt;
}

std::int32_t shanghaiDay(UnixMillis time_ms) {
    return static_cast<std::int32_t>(
        floorDivide(time_ms + std::int64_t{kShanghaiOffsetSeconds} * 1000, kDayMillis));
}

std::string formatDay(std::int32_t day) {
    return formatCivil(toCivil(std::int64_t{day} * kDayMillis, 0), "%Y%m%d");
}

}  // namespace yht::base
