#include "gateway/intake/admission/arrival.h"

#include <algorithm>
#include <charconv>

#include "gateway/crypto/digest.h"

namespace yht::intake {
namespace {

base::Bytes keyOf(const std::string& source) { return crypto::sha256("yht source arrival 1\n" + source); }

}  // namespace

std::int64_t Arrival::lagSeconds() const { return event_ms == 0 ? -1 : (received_ms - event_ms) / 1'000; }

void Arrival::see(const PreparedItem& record, base::UnixMillis came_ms) {
    if (record.refusal || record.event_ms == 0 || record.record.isHistory()) return;
    const base::UnixMillis happened_ms = std::min(record.event_ms, came_ms);
    if (happened_ms > event_ms) *this = {happened_ms, came_ms};
}

Arrival arrivalOf(ledger::View& view, const std::string& source) {
    Arrival arrival;
    const auto kept = view.findKeptAnswer(keyOf(source), crypto::sha256(""));
    if (!kept) return arrival;
    const char* const end = kept->answer.data() + kept->answer.size();
    const auto event = std::from_chars(kept->answer.data(), end, arrival.event_ms);
    if (event.ptr != end) std::from_chars(event.ptr + 1, end, arrival.received_ms);
    return arrival;
}

base::Status keepArrival(ledger::Transaction& transaction, const std::string& source, const Arrival& arrival) {
    if (arrival.event_ms <= arrivalOf(transaction, source).event_ms) return {};
    const std::string text = std::to_string(arrival.event_ms) + " " + std::to_string(arrival.received_ms);
    return transaction.keepAnswer(keyOf(source), crypto::sha256(""), text);
}

}  // namespace yht::intake
