// Erasure in the tables. Nothing is ever deleted from `ticket` and `entry_key`: rows are overwritten with
// zeros of the same length, which SQLite does in place. A deleted row would have its page balanced,
// and balancing leaves copies of the neighbours in the pages' gaps, where no later erasure of
// theirs would reach them. Rows of `payload` are overwritten too; what an archive left of others in
// gaps, or holds in its files, went with the keys.
#include <algorithm>
#include <set>

#include "gateway/ledger/store/call_index.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/phone_index.h"
#include "gateway/ledger/store/sqlite_transaction.h"
#include "gateway/ticket/record_json.h"

namespace yht::ledger {
namespace {

struct RecordName {
    std::string source;
    std::uint8_t kind = 0;
    std::string record_ref;
    auto operator<=>(const RecordName&) const = default;
};

/// The names of the ticket's records, from their payloads: identity has no index by ticket.
/// nullopt where one of them can't be read.
std::optional<std::set<RecordName>> namesFromRecords(
    Lookups& lookups, const std::vector<Seq>& entries
) {
    std::set<RecordName> names;
    for (const Seq seq : entries) {
        const auto entry = lookups.entry(seq);
        if (!entry.ok()) return std::nullopt;
        if (entry->header.type != EntryType::Record) continue;
        const auto record = ticket::fromCanonicalText(entry->payload);
        if (!record.ok()) return std::nullopt;
        names.insert(
            {entry->header.source, entry->header.kind, record->text(ticket::Field::record_ref)}
        );
    }
    return names;
}

/// The same from the identities themselves: reads the whole table.
std::set<RecordName> namesFromTable(Database& database, const std::string& ticket_no) {
    Query query(
        database, "SELECT DISTINCT source, kind, record_ref FROM identity WHERE ticket_no = ?",
        ticket_no
    );
    std::set<RecordName> names;
    while (query.next()) {
        names.insert({query.text(0), static_cast<std::uint8_t>(query.integer(1)), query.text(2)});
    }
    return names;
}

void overwritePayload(Database& database, Seq seq) {
    change(database, "UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE seq = ?", seq);
    change(
        database, "UPDATE entry_key SET wrapped_key = zeroblob(length(wrapped_key)) WHERE seq = ?", seq
    );
}

}  // namespace

void SqliteTransaction::eraseNames(const std::string& ticket_no, ErasureNote& note) {
    const auto& digests = context_.lookups.digests();
    auto names = namesFromRecords(context_.lookups, note.entries);
    if (!names) names = namesFromTable(context_.database, ticket_no);
    for (const auto& name : *names) {
        change(
            context_.database,
            "DELETE FROM identity WHERE source = ? AND kind = ? AND record_ref = ? AND ticket_no = "
            "?",
            name.source, name.kind, name.record_ref, ticket_no
        );
        note.names.push_back({digests.record(name.source, name.kind, name.record_ref), ""});
    }
    for (const auto& alias : context_.lookups.aliases(ticket_no)) {
        note.names.push_back({digests.alias(alias.party, alias.number), alias.party});
    }
    change(context_.database, "DELETE FROM alias WHERE ticket_no = ?", ticket_no);
    for (auto& mac : eraseNamedCalls(context_.database, ticket_no)) note.names.push_back({std::move(mac), ""});
    for (const auto& name : note.names) {
        change(
            context_.database,
            "INSERT INTO erased_name (mac, party, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO "
            "NOTHING",
            Blob{name.mac}, name.party, ticket_no
        );
    }
}

/// Rows in flight are left: the courier holds them, and ends them with what the far side says.
void SqliteTransaction::endDeliveries(const std::string& ticket_no, ErasureNote& note) {
    constexpr int kInFlight = static_cast<int>(DeliveryState::InFlight);
    {
        Query query(
            context_.database,
            "SELECT destination, seq FROM delivery WHERE ticket_no = ? AND state <> ?"
            " ORDER BY destination, seq",
            ticket_no, kInFlight
        );
        while (query.next()) {
            note.unsent.push_back(query.text(0) + "/" + std::to_string(query.unsignedInteger(1)));
        }
    }
    change(
        context_.database, "DELETE FROM delivery WHERE ticket_no = ? AND state <> ?", ticket_no,
        kInFlight
    );
}

/// Read from the payloads: the table has keyed digests.
std::vector<NamedAttachment> SqliteTransaction::attachmentsOf(const ErasureNote& note) {
    std::vector<NamedAttachment> named;
    for (const Seq seq : note.entries) {
        // What can't be read can be erased all the same.
        const auto entry = context_.lookups.entry(seq);
        if (!entry.ok() || entry->header.type != EntryType::Record) continue;
        const auto record = ticket::fromCanonicalText(entry->payload);
        if (!record.ok()) continue;
        for (auto& digest : ticket::namedAttachments(*record)) {
            named.push_back({std::move(digest), seq});
        }
    }
    return named;
}

/// Records of other tickets whose raw bytes go with these messages.
std::uint64_t SqliteTransaction::otherRecords(
    const std::string& ticket_no, const std::vector<Seq>& messages
) {
    std::uint64_t count = 0;
    for (const Seq message : messages) {
        Query query(
            context_.database,
            "SELECT count(*) FROM leaf WHERE message_seq = ? AND type = 2 AND ticket_no <> ?",
            message, ticket_no
        );
        if (query.next()) count += query.unsignedInteger(0);
    }
    return count;
}

base::Result<ErasureReport> SqliteTransaction::eraseTicket(const ErasureOrder& order) {
    const auto key = context_.lookups.ticketKey(order.ticket_no);
    if (!key.ok() && key.error().code != base::ErrorCode::LedgerCorrupt) return key.error();
    ErasureReport report;
    auto& note = report.note;
    note = {order.ticket_no, order.operator_id, order.why, {}, {}, {}, {}};
    note.entries = context_.lookups.ticketEntries(order.ticket_no);
    std::set<Seq> messages(order.carriers.begin(), order.carriers.end());
    for (const Seq seq : context_.lookups.carriers(order.ticket_no)) messages.insert(seq);
    for (const Seq seq : note.entries) {
        const auto leaf = context_.lookups.leaf(seq);
        if (!leaf.ok()) return leaf.error();
        if (leaf->header.type == EntryType::Record && leaf->header.message_seq > 0) {
            messages.insert(leaf->header.message_seq);
        }
    }
    note.messages.assign(messages.begin(), messages.end());
    // Names first: they are read from the payloads.
    eraseNames(order.ticket_no, note);
    endDeliveries(order.ticket_no, note);
    if (order.attachments) {
        if (auto noted = order.attachments(*this, attachmentsOf(note)); !noted.ok()) return noted.error();
    }
    change(context_.database, "DELETE FROM attachment WHERE ticket_no = ?", order.ticket_no);
    erasePhones(context_.database, order.ticket_no);
    change(context_.database, "DELETE FROM source_attachment WHERE ticket_no = ?", order.ticket_no);
    change(context_.database, "DELETE FROM history_held WHERE ticket_no = ?", order.ticket_no);
    report.other_records = otherRecords(order.ticket_no, note.messages);
    Query open(context_.database, "SELECT message_seq FROM quarantine WHERE state = 'open'");
    while (open.next()) report.open_items += messages.count(open.unsignedInteger(0));
    for (const Seq seq : note.entries) overwritePayload(context_.database, seq);
    for (const Seq seq : note.messages) overwritePayload(context_.database, seq);
    change(
        context_.database,
        "UPDATE ticket SET wrapped_key = zeroblob(length(wrapped_key)) WHERE ticket_no = ?",
        order.ticket_no
    );
    last_ticket_no_.clear();

    EntryDraft draft;
    draft.header.type = EntryType::Erasure;
    draft.header.received_ms = order.at_ms;
    draft.header.source = order.operator_id;
    draft.header.ticket_no = order.ticket_no;
    draft.payload = encodeErasure(note);
    draft.salt = order.salt;
    auto appended = append(std::move(draft));
    if (!appended.ok()) return std::move(appended).error();
    report.seq = *appended;
    return report;
}

}  // namespace yht::ledger
