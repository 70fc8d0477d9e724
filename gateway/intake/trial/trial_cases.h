// What a partner in joint test (联调) has to have shown before it is let onto the live ledger: one
// table, read by whoever reports. Which cases are required follows from the rights that the partner
// is to have. Uses: trust. Used by: trial_book, app.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/trust/partner.h"

namespace yht::intake {

/// In the order in which a partner comes to them.
enum class TrialCase : std::uint8_t {
    Connected,
    RecordTaken,
    ArrayTaken,
    RepeatAnswered,
    RefusalReceived,
    RefusalMended,
    LaterVersionTaken,
    VoidTaken,
    TicketRead,
    ChangesFollowed,
    ReceiptFetched,
    AttachmentSent,
};

struct TrialCaseRow {
    TrialCase which;
    const char* name;  // permanent: stands in the trial ledger
    const char* zh;
    const char* en;
};

/// Index = static_cast<size_t>(which).
std::span<const TrialCaseRow> trialCases();
std::optional<TrialCase> findTrialCase(std::string_view name);
/// Whether a partner with these rights has to pass it.
bool isRequired(TrialCase which, const trust::Partner& partner);

}  // namespace yht::intake
