// One native text becomes one text in the catalogue's form: all typing is here, so that no manifest
// can get a date, a telephone number or an 18-digit number wrong. What a value means (which code,
// which field) is the mapping's business. Uses: base, ticket, time_formats. Used by: inbound
// mapping.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/inbound/mapping_error.h"
#include "adapters/kit/item.h"
#include "adapters/kit/table.h"

namespace yht::kit {

/// What a row makes of its value; mostly the catalogue's type of the target, `type` in a row where
/// that says more.
enum class ValueType : std::uint8_t {
    Text,
    Reference,
    Code,
    Time,
    Integer,
    Decimal,
    Flag,
    Region,
    Phone,
    IdNumber,
    Money,
    Longitude,
    Latitude,
    Plane,
    Digest,
};

struct Typed {
    std::string text;
    std::optional<MappingError> error;  // text means nothing then

    Typed(std::string made) : text(std::move(made)) {}
    Typed(MappingError why) : error(why) {}
};

/// CR LF and CR as LF.
std::string plainLines(std::string_view text);

/// A number of some party: kept as written. NumberDamaged where a spreadsheet made 4.30203E+17 of
/// it.
Typed readReference(std::string_view text, ItemType type);
/// "007" → "7", "3.0" → "3".
Typed readInteger(std::string_view text);
/// "+1.50" → "1.50", ".5" → "0.5".
Typed readDecimal(std::string_view text);
/// Degrees in [-bound, bound].
Typed readDegrees(std::string_view text, double bound);
/// Metres in a plane grid: less than 100 000 km from its origin.
Typed readPlane(std::string_view text);
/// "¥1,234.5元" → "1234.5", "2万元" → "20000".
Typed readMoney(std::string_view text);
/// Six, nine or twelve characters; "43" and "4302" are filled up.
Typed readRegion(std::string_view text);
/// At most 128 bytes. "+86 138 7654 3210" → "13876543210", "(0731)8888-1234转8001" →
/// "0731-88881234-8001".
Typed readPhone(std::string_view text);
/// At most 128 bytes. Capital X, no spaces. Eighteen characters that begin as an identity number
/// must be one (GB 11643).
Typed readIdNumber(std::string_view text, ItemType type);
/// At most 128 bytes; small letters.
Typed readDigest(std::string_view text);

struct FlagWords {
    std::vector<std::string> yes, no;
    static FlagWords usual();  // 1 true Y yes 是 有 · 0 false N no 否
    Typed read(std::string_view text) const;
};

}  // namespace yht::kit
