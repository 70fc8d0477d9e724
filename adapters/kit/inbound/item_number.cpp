#include "adapters/kit/inbound/item_number.h"

#include <algorithm>

namespace yht::kit {
namespace {

using ticket::Field;

/// Shorter ones ("110", a name of one character) stand in many a number by chance.
constexpr std::size_t kPersonalBytesMin = 6;

bool namesSomebody(const ticket::Record& record, std::string_view number) {
    return std::any_of(record.fields().begin(), record.fields().end(), [&](const auto& field) {
        const auto personal = ticket::fieldRow(field.first).personal;
        if (personal == ticket::PersonalData::None || personal == ticket::PersonalData::FreeText) return false;
        const std::string& text = record.text(field.first);
        return text.size() >= kPersonalBytesMin && number.find(text) != number.npos;
    });
}

}  // namespace

std::string itemNumber(const AdaptedItem& item) {
    if (!item.number.empty()) return item.number;
    const auto& records = item.records;
    std::string number;
    for (const auto& each : records) {
        const std::string& of_ticket = each.record.text(Field::ticket_ref);
        number = of_ticket.empty() ? each.record.text(Field::record_ref) : of_ticket;
        if (!number.empty()) break;
    }
    const bool personal = std::any_of(records.begin(), records.end(), [&](const auto& each) {
        return namesSomebody(each.record, number);
    });
    return personal ? std::string() : number;
}

}  // namespace yht::kit
