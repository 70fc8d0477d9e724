// What an operator decides about a row that no longer moves by itself: a dead letter, a held row,
// or a batch whose answer was lost at a destination with `resend: operator`. Every decision is a
// ledger entry. Payload (EntryType::Decision, RFC 8785 JSON):
//   {"decision":name,"destination":id,"format":"yht-delivery-decision-1","operator":id,
//    "record_seq":seq,"why":text}
// Uses: ledger. Used by: app (commands, and whoever else lets operators speak).
#pragma once

#include <optional>
#include <string>

#include "gateway/base/random.h"
#include "gateway/delivery/dependency.h"

namespace yht::delivery {

enum class RowDecision : std::uint8_t {
    SendAgain,  // ready anew, under a new batch
    Taken,  // the far side has it (asked by telephone): as good as accepted; frees what depends on
            // it
    Discard,  // will not be sent; what depends on it stays held
};
const char* rowDecisionName(RowDecision decision);
std::optional<RowDecision> findRowDecision(std::string_view name);

inline constexpr std::size_t kWhyCharactersMax = 500;
inline constexpr std::size_t kOperatorCharactersMax = 64;

struct DecisionRequest {
    FarSide far_side;
    ledger::Seq seq = 0;
    RowDecision decision = RowDecision::SendAgain;
    std::string operator_id;  // an account, never a person's name: it stands in the leaf
    std::string why;
    bool unknown_is_operators = false;  // Destination::resend() == Resend::Operator
};

/// What an operator decided is done and durable when this returns: the seq of its decision entry.
/// The one way in, whether the caller is the running gateway or a command that became the writer.
/// Errors: NotFound (no such unfinished row); ParameterInvalid (the row is on its way, the courier
/// has it; no reason, or one that is too long or holds control characters); the store's.
base::Result<ledger::Seq> decideRow(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    const DecisionRequest& request
);

/// The unfinished delivery of that entry; nullopt where there is none.
std::optional<ledger::DeliveryRow> findRow(
    ledger::View& view, const std::string& destination, ledger::Seq seq
);

/// A decision entry read back. Errors: LedgerCorrupt.
struct DecisionNote {
    std::string decision, destination, operator_id, why;
    ledger::Seq record_seq = 0;
};
base::Result<DecisionNote> decodeDecision(std::string_view payload);

}  // namespace yht::delivery
