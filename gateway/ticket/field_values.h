// One value against its catalogue row: type, length, code list, canonical form.
// Uses: base. Used by: validate, record_json (shape).
#pragma once

#include <optional>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/ticket/record.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {

/// Field numbers below this one belong to every kind.
inline constexpr std::uint16_t kEnvelopeFieldsEnd = 50;

enum class Shape : std::uint8_t { Scalar, Array, Object };
/// What a value of that type is in JSON and in Value.
Shape shapeOf(FieldType type);
/// For error texts and the reference page: "string", "array of strings", "true or false" …
std::string_view jsonTypeName(FieldType type);

/// Adds what is wrong with `value`. The canonical text, where it is another one than `value`. `event`
/// is the record's event time where that can be read; codes are judged by its day, or without dates
/// where there is none.
std::optional<std::string> checkValue(
    const FieldRow& row, const Value& value, std::optional<base::UnixMillis> event,
    FieldErrors& errors
);

bool isDigits(std::string_view text);

}  // namespace yht::ticket
