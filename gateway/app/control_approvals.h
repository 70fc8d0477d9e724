// approvals.approve and approvals.refuse: the second person's decision about a command that waits (approvals.h).
// Uses: approvals, control. Used by: control_client.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kApprove = "approvals.approve";
inline constexpr const char* kRefuse = "approvals.refuse";

/// Arguments: "id". Errors: NotFound; OperatorRole where the second person is the first, or of a role that may not give the
/// command.
std::vector<ControlCommand> approvalCommands(const std::string& directory);

}  // namespace yht::app
