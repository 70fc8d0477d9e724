// Erasure (删除) of one ticket: its data key is destroyed, and with it every record, outcome and
// decision that names it; so are the raw messages that carried its records. What stays: all leaves,
// nodes and checkpoints, so every proof and every receipt still verifies.
//   Raw messages. One that carried other tickets' records too (an array) is erased all the same: it
//   holds this ticket's content in clear, and an erasure that leaves it readable would be none. The
//   other tickets keep their records, leaves and receipts; what they lose is the partner's own
//   signed bytes. So is a message that only repeated a record of the ticket.
//   Items in quarantine lose their raw bytes with their message; their rows stay, and can only be discarded then. What a
//   message in a source's own format repeated of the ticket is found by the table of carriers.
//   Batch answers of destinations stay: they speak of many tickets, in numbers and codes.
//   Numbers. The ticket's aliases and identities are replaced by keyed digests (keyed_digests.h): a
//   late record still finds that its ticket was erased, and is refused (ledger.erased).
//   Telephone numbers. Their rows in the index (phone_index.h) go.
//   Deliveries. Rows that have not gone end here; one that is in flight ends when its answer comes.
//   Bytes. Keys and sealed payloads are overwritten with zeros where they stand, and the WAL is
//   emptied: nothing of them is left in the ledger's files. Older backups have them still.
// The erasure entry (EntryType::Erasure, header.ticket_no the ticket's, header.source the operator)
// has RFC 8785 JSON, every scalar a string:
//   {"entries":[seq…],"format":"yht-erasure-1","messages":[seq…],"names":[{"mac":base64,"party":id}…],
//    "operator":id,"ticket_no":number,"unsent":["destination/seq"…],"why":text}
//   names: a record's has party "", an alias's its party's, a call's that its records name (call_index.h) "". The reason is kept for good: no
//   personal data in it.
// Uses: ledger/store, json. Used by: app, verify, rebuild.
#pragma once

#include <functional>

#include "gateway/ledger/store/store.h"

namespace yht::ledger {

struct ErasedName {
    base::Bytes mac;
    std::string party;  // "" for a record's and a call's
    bool operator==(const ErasedName&) const = default;
};

struct ErasureNote {
    std::string ticket_no, operator_id, why;
    std::vector<Seq> entries;   // the ticket's own: records, outcomes, decisions
    std::vector<Seq> messages;  // raw messages that held their content
    std::vector<ErasedName> names;
    std::vector<std::string> unsent;  // "destination/seq" of the rows that ended
    bool operator==(const ErasureNote&) const = default;
};
std::string encodeErasure(const ErasureNote& note);
/// Errors: LedgerCorrupt.
base::Result<ErasureNote> decodeErasure(std::string_view payload);

/// What a record of the ticket names: SHA-256, hexadecimal.
struct NamedAttachment {
    std::string digest;
    Seq seq = 0;  // the record's
    bool operator==(const NamedAttachment&) const = default;
};

struct ErasureOrder {
    std::string ticket_no;
    std::string operator_id;  // an account, never a person's name: it stands in the leaf
    std::string why;
    base::UnixMillis at_ms = 0;
    base::Bytes salt;
    std::vector<Seq> carriers;  // messages that hold the ticket's content, beside its records' own
    /// Called once in the erasure's own transaction, before anything is overwritten, with all that the
    /// ticket's records name: whoever keeps attachments notes there what may have to go. An Error undoes
    /// the erasure. May be empty.
    std::function<base::Status(View&, const std::vector<NamedAttachment>&)> attachments;
};

struct ErasureReport {
    Seq seq = 0;  // of the erasure entry
    ErasureNote note;
    std::uint64_t other_records = 0;  // of other tickets, whose raw message went along
    std::uint64_t open_items = 0;  // that wait in quarantine and lost their raw bytes: they can only be discarded now
    /// False where a long reader held the WAL: the bytes leave the files with a later `emptyWal()`.
    bool files_clean = false;
};

/// Whether a message holds content of the ticket: a repeat of its records leaves no other trace.
using Carries = std::function<bool(const Entry& message)>;

/// Reads all messages for those that carry (on the caller's thread, a page at a time), then erases
/// in one durable commit. `order.at_ms`, `salt` and `carriers` are filled in.
/// Errors: NotFound (no such ticket), LedgerErased (erased before), ParameterInvalid (no reason or
/// operator), the store's.
base::Result<ErasureReport> eraseTicket(
    Store& store, const base::Clock& clock, base::Random& random, ErasureOrder order,
    const Carries& carries
);

}  // namespace yht::ledger
