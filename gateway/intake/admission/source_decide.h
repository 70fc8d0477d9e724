// What becomes of one item of a message in a source's own format (条目裁定). Runs on the writer thread, inside the
// transaction. An item is one whole: all its records are taken, or none is.
//   accepted     at least one record is new (stale: only as older versions)
//   duplicate    every record is known; or the item can't become records and the same raw item is in quarantine still,
//                or was and an operator has decided on it: answered with the records of that decision
//   quarantined  an item that failed, or one of whose records can't be taken (conflict, unknown ticket, numbers used
//                up …): ours now, a row with the reason, the raw bytes in the message's entry
//   ignored      by a rule of the mapping, which has a name
//   refused      it belongs to an erased ticket: keeping it would bring back what was erased. Or it can't become records
//                and is in a message whose bytes are not kept for such an item's sake (message_payload.h)
// Uses: decide, source_items, ledger. Used by: source_messages, quarantine_decisions.
#pragma once

#include <string>
#include <vector>

#include "gateway/intake/admission/decide.h"
#include "gateway/intake/admission/source_items.h"

namespace yht::intake {

enum class SourceVerdict : std::uint8_t { Accepted, Stale, Duplicate, Quarantined, Refused, Ignored };
/// "accepted", …
const char* sourceVerdictName(SourceVerdict verdict);

struct SourceItemAnswer {
    std::uint64_t index = 0;
    std::string place;
    SourceVerdict verdict = SourceVerdict::Refused;
    std::string ticket_no;           // of the first record that has one
    std::vector<ledger::Seq> seqs;   // of its records, in the mapping's order
    std::vector<base::Bytes> salts;  // of those that are new, else "": spares opening the payload for the receipt
    std::optional<base::Error> error;  // quarantined, refused
    std::uint64_t quarantine_id = 0;   // quarantined; duplicate of an item in quarantine
    std::string ignored_by;
};

/// What the rows of one message have in common.
struct QuarantineOf {
    std::string source;
    std::string content_type;
    std::string adapter_version;
    base::UnixMillis since_ms = 0;
    bool without_body = false;     // nothing of its bytes is kept: no item of it can wait
    std::uint64_t replayed_id = 0; // the row whose items these are: none of them is a repeat of it
};

inline constexpr std::uint64_t kQuarantineOpenMax = 100'000;  // items of one source that wait; beyond: Unavailable

/// Errors: Unavailable where more items of the source wait than may.
base::Status checkQuarantineRoom(ledger::View& view, const std::string& source);

/// The answer of an item that can't become records, from what is known of the same raw item.
/// nullopt: nothing is; else a duplicate, or a refusal where its ticket was erased.
std::optional<SourceItemAnswer> answerOfQuarantine(
    ledger::View& view, const std::string& source, const SourceItem& item,
    std::uint64_t replayed_id = 0
);

/// Whether it is refused because its ticket was erased.
bool isErasedItem(const SourceItemAnswer& answer);

/// Tickets whose content the message repeats without a record of its own, for Transaction::addCarrier().
using CarriedTickets = std::vector<std::string>;

/// The records of an item, all or none. Its error is a refusal of one of them; nothing of it was done then.
struct RecordsDecided {
    std::vector<ItemDecision> records;
    std::optional<base::Error> refusal;  // over the source's paths
    std::string conflict_ticket;         // where the refusal is a conflict with a ticket's record
};

/// Errors: faults of the store only.
base::Result<RecordsDecided> decideRecords(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item
);

/// Attachments of an item whose records were taken, put into the queue that intake/attach works off, in the commit of its
/// records: those that are neither known nor queued. The message's bytes must be kept for it: its entry is appended where
/// it was not. Errors: faults of the store only.
base::Status queueAttachments(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item,
    const std::vector<ItemDecision>& records, const QuarantineOf& message
);

/// Errors: faults of the store only.
base::Result<SourceItemAnswer> decideItem(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item,
    const QuarantineOf& message, CarriedTickets& carried
);

/// The answer of an item all of whose records were taken or known.
SourceItemAnswer answerOf(const SourceItem& item, const std::vector<ItemDecision>& records);

/// Adds the item to the account.
void countItem(ledger::SourceAccount& account, const SourceItemAnswer& answer);

}  // namespace yht::intake
