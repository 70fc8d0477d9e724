// Decide (裁定): what becomes of each item of a message. Runs on the writer thread, inside the
// transaction, and sees what earlier messages of the same commit and earlier items of the same
// message did. Indexed look-ups only; a stored payload is opened for one reason: to name the fields
// in which a conflict differs.
//  1. Replay. A message whose replay key is known appends nothing; it is answered from the first
//     message's records. A message that was refused whole left no key: its repeat is judged anew,
//     within the term of its signature.
//  2. Same identity, same body: Duplicate, answered with the first entry, for the life of the
//     ledger.
//  3. Same identity, other body: RecordConflict, naming the fields that differ, never values.
//  4. Identity's version: the source's; else its modification time in ms; else 1 for the first body
//     seen, and latest+1 for a body that differs from the source's own latest (operator's
//     corrections of it don't count), Duplicate for one that equals it. A→B→A makes three versions.
// 4a. A message whose source says `unchanged: duplicate`: a record that differs from the source's own latest in version or
//     modification time alone is a Duplicate of it, later or earlier. It leaves no trace: a version that came between the two
//     and arrives afterwards counts from the first.
//  5. An identity below the latest (version, correction) is kept under the record's ticket as Stale
//     and changes nothing: it registers no names.
//  6. A correction (> 0) is an operator's, of a version that is known; else CorrectionBaseMissing.
//     Partners are refused in prepare. op=void is a version like any other.
//  7. The ticket: ticket_names.h. A record stays in the ticket that its first version joined.
//  8. The message is appended just before its first record. A message without a new record appends
//     nothing.
//  9. A refused item leaves no trace and does not stop the others.
// 10. A ticket that was erased takes nothing more: its records, repeats of them included, and every
//     record that a name leads to it are refused (LedgerErased, 410: not to be sent again). The message that brought
//     them beside new records is kept without their slices (erased_items.h).
// 11. A record of origin=history (历史) is held: no destination has it before an operator releases it (yht history).
// 12. A ticket that has kTicketEntriesMax entries takes corrections by operators only (RecordInvalid, "ticket_full"): who
//     reads it folds all of them.
// Uses: ledger, ticket, trust. Used by: admission.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/intake/admission/prepare.h"
#include "gateway/ledger/store/store.h"

namespace yht::intake {

/// Records, outcomes and decisions of one ticket. The longest honest ones have some hundreds.
inline constexpr std::size_t kTicketEntriesMax = 20'000;

enum class ItemVerdict : std::uint8_t {
    Created,    // 201: a new ledger entry
    Stale,      // 201: an older version, kept, changes nothing
    Duplicate,  // 200: the first receipt again
    Refused,    // 409, 422, 403: `error` says why; not in the ledger as a record
};

struct ItemDecision {
    ItemVerdict verdict = ItemVerdict::Refused;
    std::optional<base::Error> error;
    std::string ticket_no;
    ledger::Seq seq = 0;
};

struct Decisions {
    std::vector<ItemDecision> items;  // in the order of the message; empty where replay_of is set
    ledger::Seq message_seq = 0;      // 0: nothing was appended
    std::optional<ledger::Seq> replay_of;  // the message that came first with the same signature
};

/// The source's own latest content: an operator's correction of it must not make a repeat look new.
ledger::KnownIdentity withoutCorrection(ledger::View& view, const ledger::KnownIdentity& latest);

/// Rule 4a: `latest` is the same but for its version or modification time. Requires: a validated record without correction.
bool saysTheSame(ledger::View& view, const ledger::KnownIdentity& latest, const ticket::Record& record);

struct Judgement;
struct TicketNames;

/// Decides the records of one message, one after the other (rules 2 to 10).
/// Thread-safety: the writer thread, within one task.
class Decider {
public:
    Decider(ledger::Transaction& transaction, const PreparedMessage& message);

    /// Errors: faults of the store only; refusals are decisions.
    base::Result<ItemDecision> decide(const PreparedItem& item);
    /// Appends the message where that was not done yet.
    base::Status ensureMessage();
    ledger::Seq messageSeq() const { return message_seq_; }
    /// Where the message stood before something that was undone (Transaction::attempt).
    void returnTo(ledger::Seq message_seq) { message_seq_ = message_seq; }

private:
    base::Result<std::string> ticketFor(const PreparedItem& item, const TicketNames& names);
    base::Result<ledger::Seq> appendRecord(const PreparedItem& item, const std::string& ticket_no);
    base::Result<ItemDecision> keep(
        const PreparedItem& item, const Judgement& judgement, const TicketNames& names,
        const std::string& ticket_no
    );
    ledger::LeafHeader header(ledger::EntryType type) const;

    ledger::Transaction& transaction_;
    const PreparedMessage& message_;
    ledger::Seq message_seq_ = 0;
};

/// Taking the record would bring back what was erased (rule 10).
bool leadsToErased(ledger::View& view, const PreparedMessage& message, const PreparedItem& item);

/// Errors are faults of the store: the caller must undo the transaction. Refusals stand in the
/// items.
base::Result<Decisions> decide(ledger::Transaction& transaction, const PreparedMessage& message);

/// Rule 1's answers, after the commit: every item that the first message put into the ledger is a
/// Duplicate of that entry; so is one whose identity and body are known. Others were refused then:
/// refused again for the same reason where prepare finds it, else ReplayRefused (signing anew gets
/// it judged anew).
class ReplayAnswers {
public:
    /// Requires: `view` outlives it.
    ReplayAnswers(ledger::View& view, ledger::Seq first_message_seq, bool unchanged_is_duplicate = false);
    ItemDecision answer(const PreparedItem& item);

private:
    ledger::View& view_;
    const bool unchanged_is_duplicate_;
    /// The first message's records by body digest, each in its order; the last of equals answers for the rest.
    std::map<base::Bytes, std::vector<ItemDecision>> records_;
};

}  // namespace yht::intake
