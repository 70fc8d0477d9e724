#include "gateway/delivery/settlement.h"

#include "gateway/ticket/record_json.h"

namespace yht::delivery {

namespace {

constexpr const char* kAliasConflict = "alias_conflict";

bool isTaken(const SettledItem& item) {
    return item.verdict == Verdict::Accepted || item.verdict == Verdict::Duplicate;
}

bool isSameRecord(ledger::View& view, ledger::Seq seq, const SettledItem& item) {
    const auto entry = view.entry(seq);
    if (!entry.ok()) return false;
    const auto record = ticket::fromCanonicalText(entry->payload);
    return record.ok() && record->source() == item.record_source &&
           record->text(ticket::Field::record_ref) == item.record_ref;
}

/// Dead letters that were older versions of the record just accepted.
std::vector<ledger::Seq> madeMoot(
    ledger::View& view, const SettledItem& item, const std::vector<ledger::DeliveryRow>& siblings
) {
    std::vector<ledger::Seq> moot;
    for (const ledger::DeliveryRow& row : siblings) {
        const bool older = row.seq < item.row.seq && row.kind == item.row.kind;
        if (row.state != ledger::DeliveryState::Dead || !older) continue;
        if (isSameRecord(view, row.seq, item)) moot.push_back(row.seq);
    }
    return moot;
}

/// Erased before it went: there is nothing left to decide about.
bool isErased(const SettledItem& item) {
    return item.verdict == Verdict::Unmappable &&
           item.code == base::errorRow(base::ErrorCode::LedgerErased).wire;
}

base::Result<ledger::Seq> appendOutcome(
    ledger::Transaction& transaction, const std::string& source, const std::string& ticket_no,
    base::UnixMillis at_ms, std::string payload, const base::Bytes& salt
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Outcome;
    draft.header.received_ms = at_ms;
    draft.header.source = source;
    draft.header.ticket_no = ticket_no;
    draft.payload = std::move(payload);
    draft.salt = salt;
    // A batch's exchange speaks of many tickets: no single ticket's erasure may take it along.
    if (ticket_no.empty()) return transaction.append(std::move(draft));
    draft.sealed_under = ledger::SealedUnder::Ticket;
    auto appended = transaction.append(draft);
    // The ticket's key may have been destroyed while the record was under way; its answer is still
    // ours to keep.
    if (appended.ok() || appended.error().code != base::ErrorCode::LedgerErased) return appended;
    draft.sealed_under = ledger::SealedUnder::Own;
    return transaction.append(std::move(draft));
}

Outcome outcomeOf(const Settlement& settlement, const SettledItem& item, ledger::Seq exchange_seq) {
    Outcome outcome;
    outcome.verdict = item.verdict;
    outcome.destination = settlement.far_side.id;
    outcome.batch_id = settlement.batch_id;
    outcome.record_seq = item.row.seq;
    outcome.kind = static_cast<ticket::Kind>(item.row.kind);
    outcome.late = item.late;
    outcome.code = item.code;
    outcome.peer_number = item.peer_number;
    outcome.peer_receipt = item.peer_receipt;
    outcome.fields = item.fields;
    outcome.times = {
        .event_ms = item.event_ms,
        .received_ms = item.received_ms,
        .committed_ms = item.row.committed_ms};
    // It was not in the batch that its settlement is of.
    const bool ours = item.verdict == Verdict::Unmappable || item.verdict == Verdict::Stale ||
                      item.verdict == Verdict::Withheld;
    if (ours) return outcome;
    outcome.times.sent_ms = settlement.sent_ms;
    outcome.times.acknowledged_ms = settlement.acknowledged_ms;
    if (exchange_seq == 0) outcome.exchange = settlement.exchange;
    outcome.exchange_seq = exchange_seq;
    return outcome;
}

ledger::DeliveryRow deadRow(const SettledItem& item, const Outcome& outcome) {
    ledger::DeliveryRow row = item.row;
    row.state = ledger::DeliveryState::Dead;
    row.batch_id = outcome.batch_id;
    DeadReason reason{.code = {}, .peer_code = item.code, .fields = item.fields};
    if (!outcome.finding.empty()) {
        reason.code = base::errorRow(base::ErrorCode::AliasConflict).wire;
    } else if (item.verdict == Verdict::Refused) {
        reason.code = base::errorRow(base::ErrorCode::PeerRefused).wire;
    } else {
        reason.code = item.code;
        reason.peer_code.clear();
    }
    row.reason = encodeDeadReason(reason);
    return row;
}

/// False where the far side's number names another ticket already.
base::Result<bool> takeNumber(
    ledger::Transaction& transaction, const FarSide& far_side, const SettledItem& item
) {
    const bool known = item.peer_number.empty() || item.peer_number == item.number_known;
    if (known || item.row.ticket_no.empty()) return true;
    auto added = transaction.addAlias(
        {.party = far_side.party, .number = item.peer_number, .ticket_no = item.row.ticket_no}
    );
    if (added.ok()) return true;
    if (added.error().code == base::ErrorCode::AliasConflict) return false;
    return added.error();
}

base::Status settleOne(
    ledger::Transaction& transaction, const Settlement& settlement, const SettledItem& item,
    ledger::Seq exchange_seq, SettlementReport& report
) {
    const std::string& destination = settlement.far_side.id;
    const std::string& ticket_no = item.row.ticket_no;
    Outcome outcome = outcomeOf(settlement, item, exchange_seq);
    bool done = isTaken(item) || item.verdict == Verdict::Stale ||
                item.verdict == Verdict::Withheld || isErased(item);
    if (isTaken(item)) {
        const auto mine = takeNumber(transaction, settlement.far_side, item);
        if (!mine.ok()) return mine.error();
        if (!*mine) {
            outcome.finding = kAliasConflict;
            done = false;
            ++report.alias_conflicts;
        }
    }
    std::vector<ledger::DeliveryRow> siblings;
    if (!ticket_no.empty()) siblings = transaction.deliveriesOf(destination, ticket_no);
    if (isTaken(item) && done && !ticket_no.empty()) {
        outcome.supersedes = madeMoot(transaction, item, siblings);
        report.accepted.emplace_back(ticket_no, outcome.kind);
    }
    auto appended = appendOutcome(
        transaction, destination, ticket_no, settlement.now_ms, encodeOutcome(outcome), item.salt
    );
    if (!appended.ok()) return appended.error();
    for (const ledger::Seq moot : outcome.supersedes) {
        if (auto gone = transaction.eraseDelivery(destination, moot); !gone.ok()) return gone;
    }
    auto kept = done ? transaction.eraseDelivery(destination, item.row.seq)
                     : transaction.putDelivery(deadRow(item, outcome));
    if (!kept.ok()) return kept;
    return releaseHeld(transaction, std::move(siblings));
}

}  // namespace

SettledItem settledItem(const Parcel& parcel, const std::string& party, base::Random& random) {
    SettledItem item;
    item.row = parcel.row;
    item.record_source = parcel.out.record.source();
    item.record_ref = parcel.out.record.text(ticket::Field::record_ref);
    item.event_ms = parcel.event_ms;
    item.received_ms = parcel.received_ms;
    item.late = parcel.out.late;
    if (const auto known = parcel.plan.numbers.find(party); known != parcel.plan.numbers.end()) {
        item.number_known = known->second;
    }
    item.salt = random.bytes(ledger::kSaltBytes);
    return item;
}

base::Status settle(
    ledger::Transaction& transaction, const Settlement& settlement, SettlementReport& report
) {
    report = {};
    ledger::Seq exchange_seq = 0;
    if (settlement.exchange && settlement.items.size() > 1) {
        auto shared = appendOutcome(
            transaction, settlement.far_side.id, {}, settlement.now_ms,
            encodeSharedExchange(
                {.destination = settlement.far_side.id,
                 .batch_id = settlement.batch_id,
                 .exchange = *settlement.exchange}
            ),
            settlement.exchange_salt
        );
        if (!shared.ok()) return shared.error();
        exchange_seq = *shared;
    }
    for (const SettledItem& item : settlement.items) {
        auto settled = settleOne(transaction, settlement, item, exchange_seq, report);
        if (!settled.ok()) return settled;
    }
    for (const ledger::DeliveryRow& row : settlement.put_back) {
        if (auto put = transaction.putDelivery(row); !put.ok()) return put;
    }
    return {};
}

}  // namespace yht::delivery
