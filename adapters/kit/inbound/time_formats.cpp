#include "adapters/kit/inbound/time_formats.h"

#include <charconv>
#include <cmath>

namespace yht::kit {
namespace {

constexpr std::string_view kDirectives = "YymdHMSLbaz%";
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr double kSerialMin = 1, kSerialMax = 200'000;  // 1899-12-31 to 2447
constexpr std::int64_t kDayMillis = 86'400'000;
constexpr std::int64_t kSerialEpochDays = 25'569;  // 1970-01-01 as a serial

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<base::UnixMillis> readSerial(std::string_view text, std::int32_t offset_seconds) {
    double days = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (code != std::errc{} || end != text.data() + text.size() ||
        !(days >= kSerialMin && days <= kSerialMax))
        return std::nullopt;
    const auto local = std::llround(days * kDayMillis) - kSerialEpochDays * kDayMillis;
    return local - offset_seconds * 1000LL;
}

/// Of years 1 to 9999: what lies beyond would come round and be a date of today.
std::optional<base::UnixMillis> readEpoch(std::string_view text, bool seconds) {
    constexpr std::int64_t kFirst = -62'135'596'800'000, kLast = 253'402'300'799'999;
    constexpr std::int64_t kSecondsMax = 1LL << 40;  // larger ones are milliseconds, whatever the source calls them
    auto time = wholeNumber(text);
    if (!time) return std::nullopt;
    if (seconds && *time < kSecondsMax && *time > -kSecondsMax) *time *= 1000;
    return *time < kFirst || *time > kLast ? std::nullopt : time;
}

/// "+08:00", "+0800" in seconds.
std::optional<std::int32_t> readOffset(std::string_view text) {
    const bool colon = text.size() == 6 && text[3] == ':';
    if ((text.size() != 5 && !colon) || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto hours = wholeNumber(text.substr(1, 2));
    const auto minutes = wholeNumber(text.substr(colon ? 4 : 3, 2));
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    const auto seconds = static_cast<std::int32_t>(*hours * 3600 + *minutes * 60);
    return text[0] == '-' ? -seconds : seconds;
}

/// One text against one pattern.
class Matcher {
public:
    Matcher(std::string_view text, std::string_view pattern, std::int32_t offset_seconds)
        : text_(text), pattern_(pattern), offset_seconds_(offset_seconds) {}

    std::optional<base::UnixMillis> match() {
        for (std::size_t i = 0; i < pattern_.size(); ++i) {
            if (pattern_[i] != '%') {
                if (at_ >= text_.size() || text_[at_++] != pattern_[i]) return std::nullopt;
                continue;
            }
            const char directive = pattern_[++i];
            const bool tight =
                i + 2 < pattern_.size() && pattern_[i + 1] == '%' && pattern_[i + 2] != '%';
            if (!take(directive, tight)) return std::nullopt;
        }
        if (at_ != text_.size()) return std::nullopt;
        return base::fromCivil(civil_, offset_seconds_);
    }

private:
    bool take(char directive, bool tight) {
        switch (directive) {
            case 'Y':
                return number(civil_.year, 4, 4);
            case 'y':
                if (!number(civil_.year, 2, 2)) return false;
                civil_.year += 2000;
                return true;
            case 'm':
                return number(civil_.month, tight ? 2 : 1, 2);
            case 'd':
                return number(civil_.day, tight ? 2 : 1, 2);
            case 'H':
                return number(civil_.hour, tight ? 2 : 1, 2);
            case 'M':
                return number(civil_.minute, tight ? 2 : 1, 2);
            case 'S':
                return number(civil_.second, tight ? 2 : 1, 2);
            case 'L':
                return fraction(tight);
            case 'b':
                return word(kMonths, &civil_.month);
            case 'a':
                return word(kWeekdays, nullptr);
            case 'z':
                return offset();
            default:
                return at_ < text_.size() && text_[at_++] == '%';
        }
    }

    bool number(int& value, std::size_t digits_min, std::size_t digits_max) {
        std::size_t digits = 0;
        value = 0;
        while (digits < digits_max && at_ < text_.size() && isDigit(text_[at_])) {
            value = value * 10 + (text_[at_++] - '0');
            ++digits;
        }
        return digits >= digits_min;
    }

    /// One to nine digits, cut to milliseconds; exactly three where a directive follows.
    bool fraction(bool tight) {
        std::size_t digits = 0;
        int scale = 100;
        civil_.millisecond = 0;
        while (digits < (tight ? 3U : 9U) && at_ < text_.size() && isDigit(text_[at_])) {
            civil_.millisecond += (text_[at_++] - '0') * scale;
            scale /= 10;
            ++digits;
        }
        return digits >= (tight ? 3U : 1U);
    }

    template <std::size_t N>
    bool word(const char* const (&words)[N], int* number_of) {
        for (std::size_t i = 0; i < N; ++i) {
            if (text_.substr(at_, 3) != words[i]) continue;
            if (number_of != nullptr) *number_of = static_cast<int>(i) + 1;
            at_ += 3;
            return true;
        }
        return false;
    }

    bool offset() {
        const std::size_t width = text_.substr(at_).size() > 3 && text_[at_ + 3] == ':' ? 6 : 5;
        const auto seconds = readOffset(text_.substr(at_, width));
        if (!seconds) return false;
        offset_seconds_ = *seconds;
        at_ += width;
        return true;
    }

    std::string_view text_, pattern_;
    std::int32_t offset_seconds_;
    std::size_t at_ = 0;
    base::CivilTime civil_;
};

/// What is wrong with a pattern, "" where nothing is.
std::string wrongPattern(const std::string& pattern) {
    bool year = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%') continue;
        if (++i == pattern.size() || kDirectives.find(pattern[i]) == std::string_view::npos)
            return "after % comes one of Y y m d H M S L b a z %";
        year = year || pattern[i] == 'Y' || pattern[i] == 'y';
    }
    return year ? ""
                : "a time needs %Y or %y, or one of the names rfc3339, epoch_s, epoch_ms, excel";
}

}  // namespace

TimeFormats TimeFormats::usual() {
    TimeFormats usual;
    usual.formats_ = {"rfc3339",        "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M",
                      "%Y/%m/%d %H:%M", "%Y-%m-%d",          "%Y/%m/%d"};
    return usual;
}

base::Result<TimeFormats> TimeFormats::parse(
    const std::vector<std::string>& formats, const std::string& zone
) {
    const auto wrong = [](const std::string& what) {
        return base::makeError(base::ErrorCode::ManifestInvalid, what);
    };
    TimeFormats made = usual();
    if (formats.size() > kFormatsMax) return wrong("more than 16 time formats");
    for (const auto& format : formats) {
        if (format == "rfc3339" || format == "epoch_s" || format == "epoch_ms" || format == "excel")
            continue;
        if (format.size() > kFormatBytesMax) return wrong("a time format longer than 64 bytes");
        if (const auto what = wrongPattern(format); !what.empty())
            return wrong(format + ": " + what);
    }
    if (!formats.empty()) made.formats_ = formats;
    if (zone == "UTC")
        made.offset_seconds_ = 0;
    else if (const auto offset = readOffset(zone))
        made.offset_seconds_ = *offset;
    else if (zone != "Asia/Shanghai")
        return wrong("zone: write Asia/Shanghai, UTC or +08:00");
    return made;
}

std::optional<base::UnixMillis> TimeFormats::read(std::string_view text, ItemType type) const {
    if (type == ItemType::Serial) return readSerial(text, offset_seconds_);
    for (const auto& format : formats_) {
        std::optional<base::UnixMillis> time;
        if (format == "rfc3339") {
            time = base::parseRfc3339(text);
        } else if (format == "epoch_s" || format == "epoch_ms") {
            time = readEpoch(text, format == "epoch_s");
        } else if (format == "excel") {
            time = readSerial(text, offset_seconds_);
        } else {
            time = Matcher(text, format, offset_seconds_).match();
        }
        if (time) return time;
    }
    return std::nullopt;
}

}  // namespace yht::kit
