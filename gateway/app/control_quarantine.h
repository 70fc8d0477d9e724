// What operators decide about items in quarantine, and corrections of records, as control commands:
//   quarantine.fix      {"id": number, "set": [{"name": path, "text": text}…] as JSON}
//   quarantine.replay   {"ids": "7,8" or "", "source": id or "", "reason": wire code or fingerprint or ""}
//   quarantine.discard  {"ids": "7,8"}
//   quarantine.raw      {"id": number}       the raw bytes, base64; the audit entry says who looked
//   tickets.correct     {"ticket_no": number or "", "seq": number or "", "set": as above, names of fields}
// Answers: {"items":[{"id","state","verdict","ticket_no","seqs","decision_seq","code"}…],"items_not_shown"},
// {"raw":base64}, {"seq","corrected_seq","ticket_no","correction"}.
// Audit entries name what was changed, never what to: that stands in records, and is erased with them.
// Uses: control, admission (quarantine_desk, corrections). Used by: control_client.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kFixItem = "quarantine.fix";
inline constexpr const char* kReplayItems = "quarantine.replay";
inline constexpr const char* kDiscardItems = "quarantine.discard";
inline constexpr const char* kRawItem = "quarantine.raw";
inline constexpr const char* kCorrectRecord = "tickets.correct";
inline constexpr std::size_t kDecidedShownMax = 200;  // items told one by one
inline constexpr std::size_t kDecidedBytesMax = 40'000;  // of them, then one more; an answer has kControlBytesMax
inline constexpr std::size_t kRawShownBytesMax = 16 * 1024;

/// Path or field, and the text it gets.
using Changes = std::vector<std::pair<std::string, std::string>>;
std::string encodeChanges(const Changes& changes);
/// Errors: ParameterInvalid.
base::Result<Changes> decodeChanges(std::string_view text);

std::vector<ControlCommand> quarantineCommands();

}  // namespace yht::app
