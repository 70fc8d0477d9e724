// Corrections as records (更正): an operator's correction of a record keeps its version and raises `correction`
// (decide.h, rule 6). It begins from the newest content of the record, replaces the fields that are named, and is
// validated and decided like any record; its assurance is the gateway's own, its adapter "operator".
// Uses: decide, ledger, ticket. Used by: app.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/intake/admission/decide.h"

namespace yht::intake {

inline constexpr std::size_t kCorrectedFieldsMax = 50;
inline constexpr const char* kOperatorAdapter = "operator";

struct CorrectionOrder {
    std::string ticket_no;  // its newest appeal is meant; or
    ledger::Seq seq = 0;    // the record of that entry, which must be the newest of its record
    /// Field's name, and the text it gets: "" takes the field away; arrays and maps as JSON.
    std::vector<std::pair<std::string, std::string>> changes;
    std::string operator_id;
    std::function<base::Status(ledger::Transaction&)> also;  // in the same commit: the audit entry
    base::UnixMillis at_ms = 0;
};

struct Corrected {
    ledger::Seq seq = 0;
    ledger::Seq corrected_seq = 0;
    std::string ticket_no;
    std::uint32_t correction = 0;
};

/// Errors: NotFound; ParameterInvalid (no change; a field that names the record; an older version, whose newest is
/// said); RecordInvalid (an unknown field; what the catalogue says); RecordConflict (another came first); LedgerErased;
/// AliasConflict; the store's.
base::Result<Corrected> correctRecord(
    ledger::Store& store, base::Random& random, const trust::TrustSnapshot& registry,
    const CorrectionOrder& order
);

}  // namespace yht::intake
