// Times as text: RFC 3339 with a zone inside, and the local forms of China's systems at the edges.
// Uses: std. Used by: ticket, trust, kit, tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace yht::base {

/// Asia/Shanghai has had no daylight saving since 1991: +08:00 for every date this product meets.
inline constexpr std::int32_t kShanghaiOffsetSeconds = 8 * 3600;

struct CivilTime {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0;
    bool operator==(const CivilTime&) const = default;
};

/// Proleptic Gregorian calendar at the given offset.
CivilTime toCivil(UnixMillis time_ms, std::int32_t offset_seconds);
/// nullopt where a part is out of its range (month 13, 30 February, second 60).
std::optional<UnixMillis> fromCivil(const CivilTime& civil, std::int32_t offset_seconds);

/// RFC 3339 section 5.6 with a mandatory zone ("Z" or "+08:00"); fraction of 1 to 9 digits, cut to
/// milliseconds; "T" or a space between date and time. Years 1900 to 9999. nullopt for anything else.
std::optional<UnixMillis> parseRfc3339(std::string_view text);

/// The one canonical form: "2019-04-18T00:00:00.000+08:00".
std::string formatRfc3339(UnixMillis time_ms);

/// strftime-like, for peers' own forms: %Y %y %m %d %H %M %S, %L (milliseconds, three digits), %%.
std::string formatCivil(const CivilTime& civil, std::string_view pattern);
/// The reverse; fixed-width digits. nullopt where the text does not match the pattern to its last byte.
/// %y is 2000 to 2099.
std::optional<CivilTime> parseCivil(std::string_view text, std::string_view pattern);

/// Day number since 1970-01-01 of the Shanghai calendar day that holds `time_ms`.
std::int32_t shanghaiDay(UnixMillis time_ms);
/// "20190418" for a day number.
std::string formatDay(std::int32_t day);

}  // namespace yht::base
