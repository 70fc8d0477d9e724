// What operators decide about history (历史): records of before a source was linked stand in the ledger and go nowhere until
// a range of them is released.
//   history.release  {"from":time,"source":id,"to":time}  of the record's event time, from inclusive, to exclusive; RFC 3339
//   answer           {"left":n,"released":n}              left: of the range, for the same command once more
// Uses: control, ledger. Used by: control_client, commands_history.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kReleaseHistory = "history.release";
inline constexpr std::size_t kHistoryReleasedMax = 20'000;  // of one commit

std::vector<ControlCommand> historyCommands();

}  // namespace yht::app
