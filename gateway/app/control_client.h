// A control command, run on whoever holds the ledger: the running gateway, else this process under the ledger's lock.
// Uses: control, control_socket, deployment. Used by: the commands of app, main.cpp.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

/// Every command there is, of all rooms, for the deployment in `directory`.
std::vector<ControlCommand> controlCommands(const std::string& directory);

/// The answer's JSON object. Errors: the command's own; ConfigInvalid; NotFound where there is no ledger yet; LedgerLocked
/// where another process holds it and does not listen on the control socket; NotReady where the ledger is another user's.
base::Result<std::string> command(const std::string& directory, const ControlRequest& request);

}  // namespace yht::app
