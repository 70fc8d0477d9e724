// What operators decide about attachments that sources' items brought or named and that could not be had (来源附件处置).
//   attachments.retry    {"id":n}     tried anew at once, as often as a new one
//   attachments.discard  {"id":n}     given up; a repeat of the item does not ask for it again
//   answer               {"id":n,"state":"pending"|"discarded"}
// The audit entry tells who, which and why.
// Uses: control, intake/attach. Used by: control_client, commands_attachments.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kRetryAttachment = "attachments.retry";
inline constexpr const char* kDiscardAttachment = "attachments.discard";

std::vector<ControlCommand> attachmentCommands();

}  // namespace yht::app
