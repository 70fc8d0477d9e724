// What the gateway said of one record, and whether its receipt holds.
// Uses: json, ticket, ledger/format. Used by: submission, partner-sim, centre-sim.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/crypto/key.h"
#include "gateway/json/json.h"

namespace yht::speaker {

/// The log key that receipts are checked with ("name+hash+base64", the gateway's verifier key).
struct LogKey {
    std::string name;
    crypto::PublicKey key;
};
/// Errors: those of ledger::parseVerifierKey. `text` may end with a line break.
base::Result<LogKey> readLogKey(std::string text);

struct Acknowledgement {
    std::string source, kind, record_ref, version;
    int status = 0;       // 201, 200; 4xx: refused
    std::string verdict;  // created, stale, duplicate, refused
    std::string ticket_no, seq;
    std::string receipt_digest;  // SHA-256 of the receipt's wire form, hex
    bool verified = false;       // signature, path, number and commitment to what we sent
    std::string problem;         // code of a refusal, or why the receipt does not verify
    std::vector<std::string> problem_fields;  // "pointer code"
    bool taken() const { return status == 200 || status == 201; }
};

/// One per record sent, in order. `records`: the JSON objects as sent. nullopt where the answer is
/// not one for these records. `log_key` null: receipts are not checked, `verified` stays false.
std::optional<std::vector<Acknowledgement>> readAnswer(
    int status, const std::string& body, const std::vector<std::string>& records, bool as_array,
    const LogKey* log_key
);

}  // namespace yht::speaker
