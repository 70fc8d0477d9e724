#include "gateway/app/entry_readers.h"

#include "gateway/delivery/outcome.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/ticket/record_json.h"
#include "gateway/trust/replay_key.h"

namespace yht::app {
namespace {

using ticket::Field;

/// The record's own number for its ticket (intake/admission/ticket_names.h, rule 1).
std::vector<ledger::Alias> ownNames(const ledger::Entry& entry) {
    const auto record = ticket::fromCanonicalText(entry.payload);
    if (!record.ok() || !ticket::kindRow(record->kind()).ticket_bound) return {};
    std::string number = record->text(Field::ticket_ref);
    if (number.empty() && record->kind() == ticket::Kind::Appeal)
        number = record->text(Field::record_ref);
    if (number.empty()) return {};
    return {{record->source(), number, ""}};
}

/// The far side's number, unless it named another ticket (delivery/outcome.h).
std::vector<ledger::Alias> farNames(
    const ledger::Entry& entry, const delivery::RouteTable& routes
) {
    const auto outcome = delivery::decodeOutcome(entry.payload);
    if (!outcome.ok() || outcome->peer_number.empty() || !outcome->finding.empty()) return {};
    const bool taken = outcome->verdict == delivery::Verdict::Accepted ||
                       outcome->verdict == delivery::Verdict::Duplicate;
    const auto* destination = routes.findDestination(outcome->destination);
    if (!taken || destination == nullptr) return {};
    return {{destination->party, outcome->peer_number, ""}};
}

std::optional<base::Bytes> replayKey(const ledger::Entry& entry) {
    const auto message = intake::decodeMessagePayload(entry.payload);
    if (!message.ok() || message->signature.empty()) return std::nullopt;
    return trust::replayKey(message->signature_base, message->signature);
}

}  // namespace

ledger::EntryReaders entryReaders(const delivery::RouteTable& routes) {
    return {
        .names =
            [&routes](const ledger::Entry& entry) {
                return entry.header.type == ledger::EntryType::Record ? ownNames(entry)
                                                                      : farNames(entry, routes);
            },
        .replay_key = replayKey};
}

}  // namespace yht::app
