#include "adapters/kit/retry_after.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::size_t kDateCharacters = std::string_view("Wed, 21 Oct 2026 07:28:00 GMT").size();

/// The preferred HTTP date alone; the two obsolete forms are nobody's any more.
std::optional<base::UnixMillis> parseHttpDate(std::string_view text) {
    constexpr std::size_t kDayAt = 5, kMonthAt = 8, kYearAt = 12;
    if (text.size() != kDateCharacters || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = kMonths.find(text.substr(kMonthAt, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    const std::string number = std::to_string(month / 3 + 1);
    const std::string plain = std::string(text.substr(kDayAt, 3)) +
                              (number.size() < 2 ? "0" : "") + number + " " +
                              std::string(text.substr(kYearAt));
    const auto civil = base::parseCivil(plain, "%d %m %Y %H:%M:%S GMT");
    return civil ? base::fromCivil(*civil, 0) : std::nullopt;
}

}  // namespace

std::int64_t retryAfterMillis(std::string_view text, base::UnixMillis now_ms) {
    constexpr std::uint64_t kSecondsMax = kRetryAfterMillisMax / 1000;
    const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && !text.empty()) {
        std::uint64_t seconds = kSecondsMax;  // stays where the number is beyond all numbers
        std::from_chars(text.data(), text.data() + text.size(), seconds);
        return static_cast<std::int64_t>(std::min(seconds, kSecondsMax)) * 1000;
    }
    const auto at_ms = parseHttpDate(text);
    return at_ms ? std::clamp<std::int64_t>(*at_ms - now_ms, 0, kRetryAfterMillisMax) : 0;
}

}  // namespace yht::kit
