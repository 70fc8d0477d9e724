#include "tools/province-sim/books.h"

namespace yht::province_sim {

namespace {

/// A serial number or an identity that turns up under another name: nothing is refused for it, but the fault tests look.
void noteCrossing(const RecordKey& now, const RecordKey& before, Store& store) {
    const bool same = now.kind == before.kind && now.source == before.source && now.ref == before.ref;
    if (!same || now.ticket != before.ticket) store.count("crossed");
}

bool olderThan(const RecordKey& a, const RecordKey& b) {
    if (numberLess(a.version, b.version)) return true;
    return a.version == b.version && numberLess(a.number, b.number);
}

}  // namespace

bool wasTaken(const RecordKey& key, Store& store) {
    const auto taken = store.findTaken(key.appid, key.number);
    if (!taken) return false;
    noteCrossing(key, taken->key, store);
    store.count("duplicates");
    return true;
}

bool isOlder(const RecordKey& key, Store& store) {
    const auto held = store.findHeld(key);
    if (!held) return false;
    noteCrossing(key, held->key, store);
    return olderThan(key, held->key);
}

std::string missing(const RecordKey& key, Store& store) {
    const Language& language = store.language();
    if (language.free_kinds.contains(key.kind)) return {};
    const TicketRow ticket = store.ticket(key.ticket);
    if (!ticket.has_appeal) return "工单诉求未收妥";
    const bool nobody_handles = language.ways_without_handler.contains(ticket.handling_way);
    if (key.kind == language.visit && !ticket.has_result && !nobody_handles) return "办理结果未收妥";
    return {};
}

bool isNumber(const std::string& text, std::size_t digits_max) {
    return !text.empty() && text.size() <= digits_max &&
           text.find_first_not_of("0123456789") == std::string::npos;
}

std::string withoutLeadingZeros(const std::string& digits) {
    const std::size_t first = digits.find_first_not_of('0');
    return first == std::string::npos ? "0" : digits.substr(first);
}

bool numberLess(const std::string& a, const std::string& b) {
    const std::string x = withoutLeadingZeros(a), y = withoutLeadingZeros(b);
    return x.size() != y.size() ? x.size() < y.size() : x < y;
}

}  // namespace yht::province_sim
