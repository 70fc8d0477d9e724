#include "adapters/kit/pull/cursor_value.h"

#include <charconv>
#include <limits>

namespace yht::kit {
namespace {

std::optional<std::int64_t> numberOf(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::int32_t offsetOf(const std::string& zone) {
    if (zone == "UTC") return 0;
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-')) {
        const auto hours = numberOf(std::string_view(zone).substr(1, 2)), minutes = numberOf(std::string_view(zone).substr(4));
        const auto seconds = static_cast<std::int32_t>(hours.value_or(0) * 3'600 + minutes.value_or(0) * 60);
        return zone[0] == '-' ? -seconds : seconds;
    }
    return base::kShanghaiOffsetSeconds;
}

}  // namespace

base::Result<CursorValues> CursorValues::make(const CursorRule& rule) {
    if (rule.kind == CursorRule::Kind::Sequence) return CursorValues(rule, TimeFormats::usual());
    auto formats = TimeFormats::parse({rule.format}, rule.zone);
    if (!formats.ok()) return std::move(formats).error();
    CursorValues values(rule, *std::move(formats));
    values.offset_seconds_ = offsetOf(rule.zone);
    return values;
}

std::optional<std::int64_t> CursorValues::read(const std::string& text) const {
    if (!isTime()) return numberOf(text);
    if (auto time = formats_.read(text, ItemType::Text)) return time;
    // "…:59.123456" of a database, where the format ends with the seconds.
    const std::size_t dot = text.rfind('.');
    if (dot == std::string::npos || text.find_first_not_of("0123456789", dot + 1) != std::string::npos) return std::nullopt;
    const auto whole = formats_.read(text.substr(0, dot), ItemType::Text);
    if (!whole) return std::nullopt;
    const std::string fraction = (text.substr(dot + 1) + "000").substr(0, 3);
    return *whole + numberOf(fraction).value_or(0);
}

std::string CursorValues::write(std::int64_t value) const {
    if (!isTime()) return std::to_string(value);
    if (rule_.format == "epoch_ms") return std::to_string(value);
    if (rule_.format == "epoch_s") return std::to_string(value / 1'000);
    if (rule_.format == "rfc3339") return base::formatRfc3339(value);
    return base::formatCivil(base::toCivil(value, offset_seconds_), rule_.format);
}

std::string CursorValues::withOverlap(const std::string& text) const {
    if (rule_.overlap == 0) return text;
    const auto value = read(text);
    if (!value) return text;
    const std::int64_t back = isTime() ? rule_.overlap * 1'000 : rule_.overlap;
    const std::int64_t least = isTime() ? std::numeric_limits<std::int64_t>::min() : 0;
    return write(*value < least + back ? least : *value - back);  // the source wrote the value: it may be any
}

std::string CursorValues::until(base::UnixMillis now_ms) const { return isTime() ? write(now_ms - rule_.lag_s * 1'000) : ""; }

}  // namespace yht::kit
