// The receipt (回执): what a partner holds against us. Self-contained: with the log's verifier key and the
// payload the partner sent, it proves offline that the record stands in the ledger at `seq`.
// Wire form: RFC 8785 JSON, so that it can be rebuilt byte for byte:
//   {"checkpoint":note,"format":"yht-receipt-1","leaf":base64,"path":[base64…],"salt":base64,"seq":"7",
//    "ticket_no":"430200-20190418-0000123-7"}
// Uses: base, crypto, json. Used by: ledger/store, intake, tools/ledger-verify, partner tools.
#pragma once

#include <vector>

#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::ledger {

struct Receipt {
    std::uint64_t seq = 0;
    std::string ticket_no;  // "" for entries that are no ticket's
    base::Bytes leaf;
    base::Bytes salt;
    std::vector<base::Bytes> path;
    std::string checkpoint;  // the signed note
    bool operator==(const Receipt&) const = default;
};

std::string encodeReceipt(const Receipt& receipt);
/// Errors: JsonMalformed, LedgerCorrupt.
base::Result<Receipt> decodeReceipt(std::string_view json);

/// Checks signature, path, sequence number and, where `payload` is given (not nullptr), the commitment.
/// Errors: LedgerCorrupt, saying which of them fails and both values.
base::Status verifyReceipt(const Receipt& receipt, std::string_view key_name,
                           const crypto::PublicKey& log_key, const std::string* payload);

}  // namespace yht::ledger
