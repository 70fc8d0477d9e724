#include "gateway/ticket/masking.h"

#include <algorithm>

#include "gateway/base/text.h"
#include "gateway/ticket/free_text.h"
#include "gateway/ticket/plane_place.h"

namespace yht::ticket {
namespace {

constexpr std::string_view kStars = "****";
/// Names shorter than this are not searched for in free text: 张 alone is in too many words.
constexpr std::size_t kSearchedNameCodePointsMin = 2;

std::size_t length(std::string_view text) {
    return base::countCodePoints(text).value_or(text.size());
}

std::string_view suffixByCodePoints(std::string_view text, std::size_t count) {
    const auto kept = base::prefixByCodePoints(text, length(text) - count);
    return text.substr(kept.size());
}

std::string maskedName(std::string_view text) {
    return std::string(base::prefixByCodePoints(text, 1)) + "**";
}

std::string keepEnds(
    std::string_view text, std::size_t front, std::size_t back, std::size_t length_min
) {
    if (length(text) < length_min) return std::string(kStars);
    return std::string(base::prefixByCodePoints(text, front)) + std::string(kStars) +
           std::string(suffixByCodePoints(text, back));
}

std::string maskedPhone(std::string_view text) {
    return length(text) >= 11 ? keepEnds(text, 3, 4, 11) : keepEnds(text, 0, 2, 7);
}

std::string maskedAddress(std::string_view text) {
    const auto kept = std::min<std::size_t>(6, length(text) / 2);
    return std::string(base::prefixByCodePoints(text, kept)) + std::string(kStars);
}

std::string maskedEmail(std::string_view text) {
    const auto at = text.rfind('@');
    const auto domain = at == std::string_view::npos ? std::string_view{} : text.substr(at);
    return std::string(base::prefixByCodePoints(text, 1)) + "***" + std::string(domain);
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

std::string maskedScalar(const std::string& text, PersonalData personal) {
    switch (personal) {
        case PersonalData::None:
        case PersonalData::FreeText:
            return text;
        case PersonalData::Name:
            return maskedName(text);
        case PersonalData::Phone:
            return maskedPhone(text);
        case PersonalData::Address:
            return maskedAddress(text);
        case PersonalData::IdNumber:
            return keepEnds(text, 3, 2, 8);
        case PersonalData::Email:
            return maskedEmail(text);
    }
    return text;
}

bool isPerson(const FieldRow& row) {
    return row.personal != PersonalData::None && row.personal != PersonalData::FreeText &&
           row.type != FieldType::Decimal;
}

/// What stands where a citizen's field has to be there and may not say anything; "" where it may be missing.
const char* placeholder(const FieldRow& row) {
    if (row.required == Required::Never) return "";
    return row.personal == PersonalData::Phone ? "000" : "保密";
}

/// `change` applied to every text of a value.
template <typename Change>
Value changed(const Value& value, const Change& change) {
    if (const auto* text = std::get_if<std::string>(&value)) return change(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        std::vector<std::string> entries;
        for (const auto& entry : *list) entries.push_back(change(entry));
        return entries;
    }
    auto map = std::get<std::map<std::string, std::string>>(value);
    for (auto& [name, entry] : map) entry = change(entry);
    return map;
}

/// Of `ext`: a place in a plane grid goes, as longitude and latitude do.
Value withoutPlace(Value value) {
    if (auto* entries = std::get_if<std::map<std::string, std::string>>(&value)) {
        for (const char* name : {kPlaneX, kPlaneY, kPlaneSystem}) entries->erase(name);
    }
    return value;
}

}  // namespace

void Persons::learn(const Record& record) {
    for (const auto& [field, value] : record.fields()) {
        const auto& row = fieldRow(field);
        const auto* text = std::get_if<std::string>(&value);
        if (!isPerson(row) || text == nullptr || length(*text) < kSearchedNameCodePointsMin)
            continue;
        Person& person = persons_[*text];
        person.mask = maskedScalar(*text, row.personal);
        // The place of incident may be where the citizen lives: it stands in its field, and who is not told that must not read it in the text.
        person.citizen = person.citizen || row.whose == Whose::Citizen || row.whose == Whose::Place;
    }
}

std::string Persons::withoutAnybody(std::string text) const {
    for (const auto& [name, person] : persons_) replaceAll(text, name, person.mask);
    return withoutTellingForms(text);
}

std::string Persons::withoutCitizen(std::string text) const {
    for (const auto& [name, person] : persons_) {
        if (person.citizen) replaceAll(text, name, std::string(kStars));
    }
    return withoutTellingForms(text);
}

Record masked(const Record& record, const Persons& persons) {
    Record copy = record;
    for (const auto& [field, value] : record.fields()) {
        const auto& row = fieldRow(field);
        if (row.personal == PersonalData::None) continue;
        // A coordinate with fewer digits still points at a house: leave it out.
        if (row.type == FieldType::Decimal) {
            copy.erase(field);
        } else if (row.personal == PersonalData::FreeText) {
            copy.set(field, changed(withoutPlace(value), [&](const std::string& text) {
                         return persons.withoutAnybody(text);
                     }));
        } else {
            copy.set(field, changed(value, [&](const std::string& text) {
                         return maskedScalar(text, row.personal);
                     }));
        }
    }
    return copy;
}

Record withoutCitizen(const Record& record, const Persons& persons) {
    Record copy = record;
    for (const auto& [field, value] : record.fields()) {
        const auto& row = fieldRow(field);
        const std::string stands = placeholder(row);
        if (row.whose == Whose::Citizen && !stands.empty()) {
            copy.set(field, stands);
        } else if (row.whose == Whose::Citizen || field == Field::ext || field == Field::tags) {
            copy.erase(field);
        } else if (row.personal == PersonalData::FreeText) {
            copy.set(field, changed(value, [&](const std::string& text) {
                         return persons.withoutCitizen(text);
                     }));
        }
    }
    return copy;
}

bool citizenIsSecret(const TicketView& folded, bool records_complete) {
    return !records_complete || !folded.has_appeal || folded.flags.secret;
}

}  // namespace yht::ticket
