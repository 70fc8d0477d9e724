// What operators do to the ledger's content, as control commands:
//   ledger.erase   {"ticket_no": number}
//     {"attachments":count,"entries":count,"files_clean":flag,"messages":count,"other_records":count,"seq":number,
//      "ticket_no":number,"unsent":[destination/seq…]}
//     attachments: destroyed, because the ticket's records alone named them
//   ledger.honour  {"receipt": its JSON, "record": its JSON}
//     {"lost_origin":text,"lost_seq":number,"seq":number,"ticket_no":number,"was_back":flag}
//   ledger.export  {"from": seq, "payloads": "yes" or "no", "ticket_no": number or "", "to": seq or ""}
//     {}; leaves the audit entry only: the file is written by who asked, afterwards
// The erasure entry and the decision entry tell who, what and why: no audit entry repeats them.
// Uses: control, ledger, attachments, intake/admission. Used by: control_client.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kEraseTicket = "ledger.erase";

inline constexpr const char* kHonourReceipt = "ledger.honour";

inline constexpr const char* kExportLedger = "ledger.export";

/// `directory` is the deployment: it names the log's key.
std::vector<ControlCommand> ledgerCommands(const std::string& directory);

}  // namespace yht::app
