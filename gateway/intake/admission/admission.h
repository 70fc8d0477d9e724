// Admission (准入): a verified message becomes ledger entries, or is refused item by item.
//   prepare  any thread, stateless: parse, validate against the catalogue, canonicalise
//   decide   writer thread, inside the transaction (decide.h): duplicate or conflict, which ticket, its number
// Only after the durable commit does submit() return.
// Uses: ticket, ledger, trust. Used by: intake/http, later intake/soap and intake/pull.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/verified_message.h"

namespace yht::intake {

inline constexpr std::size_t kItemsMax = 500;  // records of one array

enum class ItemVerdict : std::uint8_t {
    Created,    // 201: a new ledger entry
    Stale,      // 201: an older version, kept, changes nothing
    Duplicate,  // 200: the first receipt again
    Refused,    // 409, 422, 403: `error` says why; not in the ledger as a record
};

struct ItemAnswer {
    ItemVerdict verdict = ItemVerdict::Refused;
    std::optional<base::Error> error;
    std::string ticket_no;  // "" for stand-alone records without a ticket
    std::uint64_t seq = 0;
    std::optional<ledger::Receipt> receipt;  // where the verdict is not Refused
};

struct SubmissionAnswer {
    bool array = false;               // the body was an array: answer with one
    std::vector<ItemAnswer> items;    // in the order of the body
    std::uint64_t message_seq = 0;    // 0 where nothing was appended
};

/// Thread-safety: any thread.
class Admission {
public:
    Admission(ledger::Store& store, const base::Clock& clock, base::Random& random);

    /// One normalized record or an array of them. Blocks until committed. The message entry is appended when at least
    /// one record is created; a message of duplicates only appends nothing.
    /// Errors (the whole submission): JsonMalformed, TooManyItems, QueueFull, DiskFull, NotReady, IoFailed,
    /// ReplayRefused. Per item: RecordInvalid (every field error), RecordConflict (names of the fields that
    /// differ), AliasConflict, TicketUnknown, CorrectionBaseMissing, SourceNotOwn, NumbersExhausted.
    base::Result<SubmissionAnswer> submitRecords(const trust::VerifiedMessage& message);

private:
    ledger::Store& store_;
    const base::Clock& clock_;
    base::Random& random_;
};

}  // namespace yht::intake
