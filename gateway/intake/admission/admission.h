// Admission (准入): a verified message becomes ledger entries, or is refused item by item.
//   prepare  any thread, stateless (prepare.h): parse, validate against the catalogue, canonicalise
//   decide   writer thread, inside the transaction (decide.h): duplicate or conflict, which ticket,
//           its number
// Only after the durable commit does submitRecords() return.
// Uses: ticket, ledger, trust. Used by: intake/http, later intake/soap and intake/pull.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/intake/admission/decide.h"
#include "gateway/intake/admission/ledger_use.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/verified_message.h"

namespace yht::intake {

struct ItemAnswer {
    ItemVerdict verdict = ItemVerdict::Refused;
    std::optional<base::Error> error;
    std::string ticket_no;  // "" for stand-alone records without a ticket
    std::uint64_t seq = 0;
    std::optional<ledger::Receipt> receipt;  // where the verdict is not Refused
};

struct SubmissionAnswer {
    bool array = false;             // the body was an array: answer with one
    std::vector<ItemAnswer> items;  // in the order of the body
    std::uint64_t message_seq = 0;  // 0 where nothing was appended
};

/// Items since the start. received = created + stale + duplicate + refused, always; a body that
/// can't be read at all counts as one item. A normalized door quarantines nothing.
struct AdmissionCounters {
    std::uint64_t received = 0;
    std::uint64_t created = 0;
    std::uint64_t stale = 0;  // accepted too, as older versions
    std::uint64_t duplicate = 0;
    std::uint64_t refused = 0;
    std::uint64_t replayed_messages = 0;
    std::map<base::ErrorCode, std::uint64_t> refused_by_code;
};

/// Told of what became of a message, after the commit, on the caller's thread.
using DecisionObserver = std::function<void(const PreparedMessage&, const std::vector<ItemDecision>&)>;

/// Thread-safety: any thread.
class Admission {
public:
    Admission(
        ledger::Store& store, base::Random& random, LedgerUse use = LedgerUse::Live,
        DecisionObserver observer = {}
    );

    /// One normalized record or an array of them. Blocks until committed. The message entry is
    /// appended when at least one record is created; a message of duplicates only appends nothing.
    /// Errors (the whole submission): StageJointTest, JsonMalformed, RequestMalformed,
    /// TooManyItems, QueueFull, DiskFull, NotReady, Unavailable. Where the fault came after the
    /// commit, a repeat is answered as a duplicate.
    /// Per item: RecordInvalid (every field error), RecordConflict (names of the fields that
    /// differ), AliasConflict, TicketUnknown, CorrectionBaseMissing, SourceNotOwn, LedgerErased,
    /// NumbersExhausted, ReplayRefused (decide.h).
    base::Result<SubmissionAnswer> submitRecords(const trust::VerifiedMessage& message);
    /// The same of a body in another form than JSON (SOAP), read to what the JSON would have been.
    base::Result<SubmissionAnswer> submitRecords(
        const trust::VerifiedMessage& message, const rapidjson::Value& body
    );

    AdmissionCounters counters() const;

private:
    base::Result<SubmissionAnswer> submit(base::Result<PreparedMessage> prepared);
    base::Result<Decisions> decideDurably(const PreparedMessage& message);
    base::Result<SubmissionAnswer> withReceipts(
        const PreparedMessage& message, Decisions decisions
    );
    void count(const Decisions& decisions);
    base::Error countRefused(std::size_t items, base::Error error);

    // Constant after construction.
    ledger::Store& store_;
    base::Random& random_;
    const LedgerUse use_;
    const DecisionObserver observer_;

    mutable std::mutex counters_mutex_;
    AdmissionCounters counters_;  // protected by counters_mutex_
};

}  // namespace yht::intake
