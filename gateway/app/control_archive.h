// Archive of closed months, as a control command:
//   ledger.archive  {"before": "2019-05"}
//     {"entries":count,"file":name,"free_bytes":count,"ledger_bytes":count,"month":text,"removed_rows":count,"resumed":flag,
//      "seq":number,"size_bytes":count}
//     One file a call; "file":"" where nothing is left to do. The caller asks again until then.
// A ticket is settled when its state is final, every router has passed its last entry, and no delivery of it waits or is dead.
// The archive's own entry (ledger/store/archive.h) tells who, what and why: no audit entry repeats it.
// Uses: control, ledger, delivery (routing), ticket (fold). Used by: control_client.
#pragma once

#include <string>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kArchiveMonths = "ledger.archive";

/// `directory` is the deployment.
ControlCommand archiveCommand(const std::string& directory);

}  // namespace yht::app
