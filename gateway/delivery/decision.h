// What an operator decides about a row that no longer moves by itself: a dead letter, a held row,
// or a batch whose answer was lost at a destination with `resend: operator`. Every decision is a
// ledger entry. Payload (EntryType::Decision, RFC 8785 JSON):
//   {"decision":name,"destination":id,"format":"yht-delivery-decision-1","operator":id,
//    "record_seq":seq,"why":text}
// Uses: ledger. Used by: app (control socket).
#pragma once

#include <optional>
#include <string>

#include "gateway/delivery/dependency.h"

namespace yht::delivery {

enum class RowDecision : std::uint8_t {
    SendAgain,  // ready anew, under a new batch
    Taken,  // the far side has it (asked by telephone): as good as accepted; frees what depends on
            // it
    Discard,  // will not be sent; what depends on it stays held
};
const char* rowDecisionName(RowDecision decision);

struct DecisionRequest {
    FarSide far_side;
    ledger::Seq seq = 0;
    RowDecision decision = RowDecision::SendAgain;
    std::string operator_id;
    std::string why;
    base::UnixMillis now_ms = 0;
    base::Bytes decision_salt, outcome_salt;  // random, kSaltBytes each
    bool unknown_is_operators = false;        // Destination::resend() == Resend::Operator
};

/// Runs on the writer thread.
/// Errors: NotFound (no such unfinished row), ParameterInvalid (the row is on its way; the courier
/// has it).
base::Status decideRow(ledger::Transaction& transaction, const DecisionRequest& request);

}  // namespace yht::delivery
