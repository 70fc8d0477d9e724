// What changes or notes something of adapters' work, over the control socket (control.h).
//   ledger.look_at_field  {field, ticket_no}            an audit entry: somebody looks at a value in clear
//   adapters.replay       {messages, source, version}   messages of the ledger ("17,18") adapted anew by the adapter in force,
//                                                       which must be of that version; what is new is admitted (readmission.h)
// Uses: admission, control. Used by: control_client, commands_why, commands_adapters_replay.
#pragma once

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kLookAtField = "ledger.look_at_field";
inline constexpr const char* kReplayMessages = "adapters.replay";
inline constexpr std::size_t kReplayedMessagesMax = 100;  // of one call

std::vector<ControlCommand> adapterCommands();

}  // namespace yht::app
