// `yht approvals …`: commands that wait for a second person. All return an ExitCode.
// Uses: approvals, control_client. Used by: command_line_approvals.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// kExitFound where one waits.
int listApprovals(const CommandOptions& options);
/// `command`: control_approvals.h. kExitData where none of that number waits.
int decideApproval(const CommandOptions& options, const char* command, std::uint64_t id, const std::string& why);

}  // namespace yht::app
