// History (历史) out of files: a source's own export, adapted as its messages are, every record with origin=history.
//   history.import  {"file":absolute path,"source":id}
//   answer          {"account":{…},"message_seq":n}   as source_answer.h, without items
// The holder of the ledger reads the file, at most kImportFileBytesMax. What is in it counts in the source's account as any
// message; a file that was cut short, or was imported before, is imported again without harm: what is known is a
// duplicate. The audit entry stands before the first record, and names the file by its SHA-256, not by its name.
// Uses: control, admission. Used by: control_client, commands_history.
#pragma once

#include <vector>

#include "gateway/app/control.h"
#include "gateway/intake/admission/source_messages.h"

namespace yht::app {

inline constexpr const char* kImportHistory = "history.import";
inline constexpr std::size_t kImportFileBytesMax = intake::kSourceFileBytesMax;

std::vector<ControlCommand> importCommands();

}  // namespace yht::app
