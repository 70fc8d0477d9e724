#include "gateway/ticket/field_values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/ticket/codes.h"

namespace yht::ticket {
namespace {

/// Where one text stands, for its errors.
struct Place {
    const FieldRow& row;
    std::string below;  // "" or "/3"
    FieldErrors& errors;

    bool fail(Rule rule, std::string limit = {}) const {
        errors.add(rule, row, std::move(limit), below);
        return false;
    }
};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// ASCII white space and the ideographic space U+3000.
std::size_t spaceAtFront(std::string_view text) {
    if (text.starts_with("\xE3\x80\x80")) return 3;
    return !text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))
               ? 1
               : 0;
}

bool isBlank(std::string_view text) {
    while (const auto space = spaceAtFront(text)) text.remove_prefix(space);
    return text.empty();
}

bool hasEdgeSpace(std::string_view text) {
    const char last = text.back();
    return spaceAtFront(text) > 0 || last == ' ' || (last >= '\t' && last <= '\r') ||
           text.ends_with("\xE3\x80\x80");
}

/// What every text must be, whatever its type.
bool checkText(const Place& place, const std::string& text, std::size_t code_points_max) {
    const auto count = base::countCodePoints(text);
    if (!count) return place.fail(Rule::NotUtf8);
    if (isBlank(text)) return place.fail(Rule::Empty);
    if (*count > code_points_max) return place.fail(Rule::TooLong, std::to_string(code_points_max));
    if (base::hasControlCharacters(text)) return place.fail(Rule::ControlCharacter);
    return true;
}

/// A number of some party: one line, no white space around it.
bool checkReference(const Place& place, const std::string& text, std::size_t code_points_max) {
    if (!checkText(place, text, code_points_max)) return false;
    if (text.find_first_of("\t\r\n") != std::string::npos)
        return place.fail(Rule::ControlCharacter);
    return !hasEdgeSpace(text) || place.fail(Rule::EdgeSpace);
}

/// The time in canonical form, where it is written otherwise.
std::optional<std::string> checkTime(const Place& place, const std::string& text) {
    static const auto from = *base::fromCivil({.year = kYearMin}, base::kShanghaiOffsetSeconds);
    static const auto end = *base::fromCivil({.year = kYearMax + 1}, base::kShanghaiOffsetSeconds);
    const auto time = base::parseRfc3339(text);
    if (!time) {
        place.fail(base::parseRfc3339(text + "Z") ? Rule::TimeZoneMissing : Rule::TimeInvalid);
    } else if (*time < from || *time >= end) {
        place.fail(
            Rule::TimeOutOfRange, std::to_string(kYearMin) + ".." + std::to_string(kYearMax)
        );
    } else if (std::string canonical = base::formatRfc3339(*time); canonical != text) {
        return canonical;
    }
    return std::nullopt;
}

void checkCode(const Place& place, const std::string& code, std::optional<base::UnixMillis> event) {
    const CodeRow* row = findCode(place.row.code_list, code);
    if (row == nullptr) {
        place.fail(Rule::CodeUnknown, place.row.code_list);
    } else if (event && *event < row->from_ms) {
        place.fail(Rule::CodeNotYetValid, row->valid_from);
    } else if (event && *event >= row->end_ms) {
        const bool followed = *row->successor != '\0';
        place.fail(
            Rule::CodeExpired,
            std::string(row->valid_to) + (followed ? std::string(", ") + row->successor : "")
        );
    }
}

void checkInteger(const Place& place, const std::string& text) {
    const bool plain = isDigits(text) && (text.size() == 1 || text.front() != '0');
    if (!plain) {
        place.fail(Rule::IntegerInvalid);
        return;
    }
    const std::uint64_t max =
        place.row.max == 0 ? std::numeric_limits<std::uint64_t>::max() : place.row.max;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value > max)
        place.fail(Rule::OutOfRange, "0.." + std::to_string(max));
}

bool isDecimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto whole = text.substr(0, dot);
    const bool whole_ok = isDigits(whole) && (whole.size() == 1 || whole.front() != '0');
    return whole_ok && (dot == std::string_view::npos || isDigits(text.substr(dot + 1)));
}

bool isRegion(std::string_view text) {
    if (text.size() != 6 && text.size() != 9 && text.size() != 12) return false;
    return isDigit(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
               return isDigit(c) || (c >= 'A' && c <= 'Z');
           });
}

bool isPhone(std::string_view text) {
    const auto digits = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), isDigit));
    return digits >= kPhoneDigitsMin && std::all_of(text.begin(), text.end(), [](char c) {
               return isDigit(c) || std::string_view("+()- ").find(c) != std::string_view::npos;
           });
}

bool isSha256(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return isDigit(c) || (c >= 'a' && c <= 'f');
           });
}

void checkDigest(const Place& place, const std::string& text) {
    if (!isSha256(text)) place.fail(Rule::DigestInvalid, "64");
}

/// Of every type but Time.
void checkScalar(
    const Place& place, const std::string& text, std::optional<base::UnixMillis> event
) {
    const auto& row = place.row;
    switch (row.type) {
        case FieldType::Text:
            checkText(place, text, row.max);
            break;
        case FieldType::Reference:
            checkReference(place, text, row.max);
            break;
        case FieldType::Code:
            checkCode(place, text, event);
            break;
        case FieldType::Integer:
            checkInteger(place, text);
            break;
        case FieldType::Decimal:
            if (text.size() > row.max)
                place.fail(Rule::TooLong, std::to_string(row.max));
            else if (!isDecimal(text))
                place.fail(Rule::DecimalInvalid);
            break;
        case FieldType::Flag:
            if (text != "true" && text != "false") place.fail(Rule::FlagInvalid);
            break;
        case FieldType::Region:
            if (!isRegion(text)) place.fail(Rule::RegionInvalid);
            break;
        case FieldType::Phone:
            if (checkReference(place, text, row.max) && !isPhone(text)) {
                place.fail(Rule::PhoneInvalid, std::to_string(kPhoneDigitsMin));
            }
            break;
        case FieldType::Digest:
            checkDigest(place, text);
            break;
        case FieldType::Time:
        case FieldType::Codes:
        case FieldType::Digests:
        case FieldType::Texts:
        case FieldType::References:
        case FieldType::Map:
            break;
    }
}

/// "party/number"; the number may itself hold slashes.
void checkPartyNumber(const Place& place, const std::string& text) {
    if (!checkReference(place, text, 2 * kReferencePartCodePointsMax + 1)) return;
    const auto slash = text.find('/');
    const auto fits = [](std::string_view part) {
        const auto count = base::countCodePoints(part).value_or(0);
        return count >= 1 && count <= kReferencePartCodePointsMax && !hasEdgeSpace(part);
    };
    const std::string_view view = text;
    if (slash == std::string::npos || !fits(view.substr(0, slash)) ||
        !fits(view.substr(slash + 1))) {
        place.fail(Rule::ReferenceInvalid, std::to_string(kReferencePartCodePointsMax));
    }
}

void checkArray(
    const FieldRow& row, const std::vector<std::string>& entries,
    std::optional<base::UnixMillis> event, FieldErrors& errors
) {
    const Place whole{row, "", errors};
    if (entries.empty()) whole.fail(Rule::Empty);
    if (entries.size() > row.max && row.max > 0) {
        whole.fail(Rule::TooMany, std::to_string(row.max));
        return;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Place place{row, "/" + std::to_string(i), errors};
        if (row.type == FieldType::Codes)
            checkCode(place, entries[i], event);
        else if (row.type == FieldType::References)
            checkPartyNumber(place, entries[i]);
        else if (row.type == FieldType::Digests)
            checkDigest(place, entries[i]);
        else
            checkText(place, entries[i], kTextsEntryCodePointsMax);
        // Names of category levels may repeat ("其他", "其他"); sets may not.
        const bool is_new = seen.insert(entries[i]).second;
        if (!is_new && row.field != Field::category_path) place.fail(Rule::Repeated);
    }
}

void checkMap(
    const FieldRow& row, const std::map<std::string, std::string>& entries, FieldErrors& errors
) {
    const Place whole{row, "", errors};
    if (entries.empty()) whole.fail(Rule::Empty);
    if (entries.size() > row.max) {
        whole.fail(Rule::TooMany, std::to_string(row.max));
        return;
    }
    std::size_t code_points = 0;
    for (const auto& [name, text] : entries) {
        code_points += base::countCodePoints(text).value_or(0);
        // A name that breaks the rules is not repeated in the pointer.
        if (!checkReference(whole, name, kMapNameCodePointsMax)) continue;
        checkText({row, "/" + json::pointerToken(name), errors}, text, kMapTextCodePointsMax);
    }
    if (code_points > kMapCodePointsMax)
        whole.fail(Rule::TooLong, std::to_string(kMapCodePointsMax));
}

}  // namespace

Shape shapeOf(FieldType type) {
    switch (type) {
        case FieldType::Codes:
        case FieldType::Digests:
        case FieldType::Texts:
        case FieldType::References:
            return Shape::Array;
        case FieldType::Map:
            return Shape::Object;
        default:
            return Shape::Scalar;
    }
}

std::string_view jsonTypeName(FieldType type) {
    switch (shapeOf(type)) {
        case Shape::Array:
            return "array of strings";
        case Shape::Object:
            return "object of strings";
        case Shape::Scalar:
            break;
    }
    if (type == FieldType::Flag) return "true or false";
    return type == FieldType::Integer ? "number or string" : "string";
}

bool isDigits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}

std::optional<std::string> checkValue(
    const FieldRow& row, const Value& value, std::optional<base::UnixMillis> event,
    FieldErrors& errors
) {
    const Shape shape = value.index() == 0   ? Shape::Scalar
                        : value.index() == 1 ? Shape::Array
                                             : Shape::Object;
    if (shape != shapeOf(row.type)) {
        errors.add(Rule::WrongType, row, std::string(jsonTypeName(row.type)));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        if (text->empty())
            errors.add(Rule::Empty, row, "");
        else if (row.type == FieldType::Time)
            return checkTime({row, "", errors}, *text);
        else
            checkScalar({row, "", errors}, *text, event);
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        checkArray(row, *list, event, errors);
    } else {
        checkMap(row, std::get<std::map<std::string, std::string>>(value), errors);
    }
    return std::nullopt;
}

}  // namespace yht::ticket
