// What a partner hears of a message in its own format, as JSON. The same text, without receipts, is what is kept for
// its Idempotency-Key; receipts are made anew from the ledger, byte for byte.
//   {"account":{"received","accepted","stale","duplicate","quarantined","refused","ignored","ignored_by":{rule:n}},
//    "items":[{"index","place","verdict","ticket_no","seq","seqs":[…],"receipts":[{…}…],"quarantine_no","ignored_by",
//              "code","zh","en","errors":[{"pointer","code","limit","zh","en"}…]}…],
//    "items_not_shown":0,"message_seq":"17","receipt":{…}}
// Counts are numbers, entries' numbers are texts; a member that says nothing is left out. Never a value of the message.
// Uses: source_decide, json. Used by: source_messages, intake/http.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/intake/admission/source_decide.h"

namespace yht::intake {

inline constexpr std::size_t kAnswerItemsMax = 200;     // told one by one; the rest is counted
inline constexpr std::size_t kAnswerReceiptsMax = 100;  // of records; others are at GET /v1/receipts/{seq}
inline constexpr std::size_t kAnswerErrorsMax = 10;     // of one item

struct SourceSubmission {
    ledger::Seq message_seq = 0;  // of the message's entry; 0: nothing of it was new
    ledger::SourceAccount account;
    std::vector<SourceItemAnswer> items;  // the first kAnswerItemsMax
    std::map<ledger::Seq, ledger::Receipt> receipts;  // of the message and of its records
    bool repeated = false;  // the answer that was kept for the same Idempotency-Key

    std::uint64_t itemsNotShown() const { return account.received - items.size(); }
};

std::string encodeSourceAnswer(const SourceSubmission& submission);
/// The reverse, without receipts. Errors: LedgerCorrupt.
base::Result<SourceSubmission> decodeSourceAnswer(std::string_view text);

/// Entries whose receipts belong into the answer.
std::vector<ledger::ReceiptRequest> receiptsWanted(const SourceSubmission& submission);

}  // namespace yht::intake
