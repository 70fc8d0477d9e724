// Honouring (兑现) a receipt for an entry that was lost with a restore (ledger/store/epoch.h). What
// that means, exactly:
//  1. Without its receipt a lost record is simply unknown: the partner's repeat at the door is
//     taken as new (201), with a new receipt. If its ticket was lost too, it gets a new number.
//  2. With the receipt, the record comes back as a new entry under the ticket number that the
//     receipt names, which the citizen was given; no other ticket can have that number (serials
//     jump). The new leaf repeats source, kind, times, assurance and adapter of the lost one: our
//     own signature on it is the proof that they were checked then.
//  3. A ticket that came back first by way 1, under another number, keeps that number; the record
//     joins it. A record that is back already is left alone: the answer names where.
//  4. A receipt is valid for this if 4.1 it verifies under this log's key with exactly that record,
//     4.2 its checkpoint is of an epoch before the present one, 4.3 its seq is beyond what was
//     restored of that epoch. A receipt whose entry stands in the ledger needs no honouring.
//  5. Names: the record's own number only. Numbers of others come back with their own records.
// Each is a decision entry, RFC 8785 JSON, before it the record:
//   {"format":"yht-honoured-1","lost_origin":…,"lost_seq":seq,"operator":id,"record_seq":seq,
//    "ticket_no":number,"why":text}
// Uses: ledger, ticket, prepare. Used by: app.
#pragma once

#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/ledger/store/store.h"

namespace yht::intake {

struct HonourOrder {
    std::string receipt;  // as the partner got it (ledger/format/receipt.h)
    std::string record;   // the record's JSON, as it was posted or in canonical form
    std::string operator_id, why;
};

struct Honoured {
    bool was_back = false;  // nothing was appended
    ledger::Seq seq = 0;    // of the record
    std::string ticket_no;
    ledger::Seq lost_seq = 0;
    std::string lost_origin;
};

/// Errors: JsonMalformed, RecordInvalid, LedgerCorrupt (the receipt does not verify, or our own
/// ledger has another entry in its place), ParameterInvalid (nothing was lost there; of no epoch of
/// this log), LedgerErased, RecordConflict, the store's.
base::Result<Honoured> honourReceipt(
    ledger::Store& store, const crypto::PublicKey& log_key, base::Random& random,
    const HonourOrder& order
);

}  // namespace yht::intake
