#include "gateway/intake/admission/honour.h"

#include <algorithm>

#include "gateway/intake/admission/prepare.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/epoch.h"
#include "gateway/ticket/record_json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

/// A receipt that was checked, with its record.
struct Lost {
    ledger::LeafHeader header;
    std::string origin;
    PreparedItem item;
};

base::Error notLost(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

base::Result<PreparedItem> readItem(const std::string& text, base::Random& random) {
    const auto document = json::parse(text);
    if (!document.ok()) return document.error();
    auto record = ticket::readRecord(*document);
    if (!record.ok()) return std::move(record).error();
    return prepareRecord(*std::move(record), "", random.bytes(ledger::kSaltBytes));
}

/// Rules 4.2 and 4.3.
base::Status checkLost(
    ledger::View& view, const ledger::Checkpoint& checkpoint, const ledger::Receipt& receipt
) {
    const auto epochs = view.epochs();
    const auto found = std::find_if(epochs.begin(), epochs.end(), [&](const ledger::Epoch& epoch) {
        return epoch.origin == checkpoint.origin;
    });
    if (found == epochs.end()) {
        return notLost(
            "The receipt is of no epoch of this ledger: " + checkpoint.origin + ".",
            "回执不属于本账本的任何纪元:" + checkpoint.origin + "。"
        );
    }
    const auto next = found + 1;
    if (next != epochs.end() && receipt.seq > next->after) return {};
    const auto leaf = view.leaf(receipt.seq);
    if (leaf.ok() && ledger::encodeLeaf(leaf->header, leaf->commitment) == receipt.leaf) {
        return notLost(
            "Its entry stands in the ledger; nothing was lost.", "该条目仍在账本中,并未丢失。"
        );
    }
    return base::makeError(
        ErrorCode::LedgerCorrupt,
        "entry " + std::to_string(receipt.seq) + " is not the one that was signed for"
    );
}

base::Result<Lost> checkReceipt(
    ledger::View& view, const std::string& key_name, const crypto::PublicKey& log_key,
    base::Random& random, const HonourOrder& order
) {
    const auto receipt = ledger::decodeReceipt(order.receipt);
    if (!receipt.ok()) return receipt.error();
    auto item = readItem(order.record, random);
    if (!item.ok()) return std::move(item).error();
    if (auto verified = ledger::verifyReceipt(*receipt, key_name, log_key, &item->canonical);
        !verified.ok()) {
        return verified.error();
    }
    auto leaf = ledger::decodeLeaf(receipt->leaf);
    if (!leaf.ok()) return leaf.error();
    if (leaf->header.type != ledger::EntryType::Record) {
        return notLost("The receipt is not of a record.", "该回执不是记录的回执。");
    }
    const auto checkpoint = ledger::openCheckpoint(receipt->checkpoint, key_name, log_key);
    if (!checkpoint.ok()) return checkpoint.error();
    if (auto lost = checkLost(view, *checkpoint, *receipt); !lost.ok()) return lost.error();
    return Lost{std::move(leaf->header), checkpoint->origin, *std::move(item)};
}

/// The version that the record gets now; `known` is set where it is back already.
/// Errors: LedgerErased, RecordConflict.
base::Status giveVersion(
    ledger::View& view, PreparedItem& item, std::optional<ledger::KnownIdentity>& known
) {
    auto& identity = item.identity;
    auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
    if (latest && latest->erased) return base::makeError(ErrorCode::LedgerErased);
    if (item.version_origin == ticket::VersionOrigin::Latest) {
        if (latest && view.sameBody(*latest, item.body_digest)) known = latest;
        identity.version = latest ? latest->identity.version + 1 : 1;
        return {};
    }
    known = view.findIdentity(identity);
    if (!known || view.sameBody(*known, item.body_digest)) return {};
    return base::makeError(ErrorCode::RecordConflict);
}

/// The number that names the ticket at its own source; "" where the record has none.
std::string ownNumber(const ticket::Record& record) {
    if (record.has(ticket::Field::ticket_ref)) return record.text(ticket::Field::ticket_ref);
    return record.kind() == ticket::Kind::Appeal ? record.text(ticket::Field::record_ref) : "";
}

base::Status appendDecision(
    ledger::Transaction& transaction, const HonourOrder& order, const Honoured& honoured,
    const base::Bytes& salt
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Decision;
    draft.header.source = order.operator_id;
    draft.header.ticket_no = honoured.ticket_no;
    draft.payload = "{";
    json::appendMember(draft.payload, "format", "yht-honoured-1");
    json::appendMember(draft.payload, "lost_origin", honoured.lost_origin);
    json::appendMember(draft.payload, "lost_seq", std::to_string(honoured.lost_seq));
    json::appendMember(draft.payload, "operator", order.operator_id);
    json::appendMember(draft.payload, "record_seq", std::to_string(honoured.seq));
    json::appendMember(draft.payload, "ticket_no", honoured.ticket_no);
    json::appendMember(draft.payload, "why", order.why);
    draft.payload += '}';
    draft.salt = salt;
    auto appended = transaction.append(std::move(draft));
    return appended.ok() ? base::Status() : base::Status(std::move(appended).error());
}

base::Result<ledger::Seq> appendRecord(
    ledger::Transaction& transaction, const Lost& lost, const std::string& ticket_no
) {
    ledger::EntryDraft draft;
    draft.header = lost.header;
    draft.header.message_seq = 0;  // the message that brought it is lost
    draft.header.ticket_no = ticket_no;
    draft.payload = lost.item.canonical;
    draft.salt = lost.item.salt;
    draft.sealed_under = ticket_no.empty() ? ledger::SealedUnder::Own : ledger::SealedUnder::Ticket;
    return transaction.append(std::move(draft));
}

/// Rules 2, 3 and 5.
base::Status bringBack(ledger::Transaction& transaction, Lost& lost, Honoured& honoured) {
    const auto& source = lost.item.identity.source;
    const auto number = ownNumber(lost.item.record);
    honoured.ticket_no = lost.header.ticket_no;
    if (!honoured.ticket_no.empty() && !number.empty()) {
        honoured.ticket_no = transaction.findTicket(source, number).value_or(honoured.ticket_no);
    }
    if (!honoured.ticket_no.empty()) {
        if (transaction.isErased(honoured.ticket_no))
            return base::makeError(ErrorCode::LedgerErased);
        if (auto adopted = transaction.adoptTicket(honoured.ticket_no); !adopted.ok())
            return adopted;
    }
    const auto seq = appendRecord(transaction, lost, honoured.ticket_no);
    if (!seq.ok()) return seq.error();
    honoured.seq = *seq;
    auto named = transaction.addIdentity(
        lost.item.identity, *seq, lost.item.body_digest, honoured.ticket_no
    );
    if (!named.ok()) return named;
    for (const auto& digest : ticket::namedAttachments(lost.item.record)) {
        auto added = transaction.addAttachment(digest, {*seq, honoured.ticket_no});
        if (!added.ok()) return added;
    }
    for (const auto& phone : lost.item.phones) {
        auto added = transaction.addPhone(phone, {*seq, honoured.ticket_no});
        if (!added.ok()) return added;
    }
    if (auto added = transaction.addNamedCall(lost.item.record, honoured.ticket_no); !added.ok()) return added;
    if (honoured.ticket_no.empty() || number.empty()) return {};
    return transaction.addAlias({source, number, honoured.ticket_no});
}

}  // namespace

base::Result<Honoured> honourReceipt(
    ledger::Store& store, const crypto::PublicKey& log_key, base::Random& random,
    const HonourOrder& order
) {
    auto snapshot = store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    auto lost = checkReceipt(**snapshot, store.logKeyName(), log_key, random, order);
    snapshot->reset();
    if (!lost.ok()) return std::move(lost).error();
    Honoured honoured;
    honoured.lost_seq = lost->header.seq;
    honoured.lost_origin = lost->origin;
    const auto salt = random.bytes(ledger::kSaltBytes);
    const auto done = store.run([&](ledger::Transaction& transaction) -> base::Status {
        std::optional<ledger::KnownIdentity> known;
        if (auto given = giveVersion(transaction, lost->item, known); !given.ok()) return given;
        if (known) {
            honoured.was_back = true;
            honoured.seq = known->seq;
            honoured.ticket_no = known->ticket_no;
            return {};
        }
        if (auto back = bringBack(transaction, *lost, honoured); !back.ok()) return back;
        return appendDecision(transaction, order, honoured, salt);
    });
    if (!done.ok()) return done.error();
    return honoured;
}

}  // namespace yht::intake
