// Which ledger an admission writes (DESIGN 5): partners in joint test (联调) reach the trial ledger only, all others the
// live one only.
// Uses: trust. Used by: admission, source_messages, app.
#pragma once

#include "gateway/base/result.h"
#include "gateway/trust/partner.h"

namespace yht::intake {

enum class LedgerUse : std::uint8_t { Live, Trial };

/// Errors: StageJointTest where this is not the partner's ledger.
inline base::Status mayWrite(LedgerUse use, const trust::Partner& partner) {
    const bool in_trial = partner.stage == trust::Stage::JointTest;
    if (in_trial == (use == LedgerUse::Trial)) return {};
    return base::makeError(base::ErrorCode::StageJointTest, "partner " + partner.id);
}

}  // namespace yht::intake
