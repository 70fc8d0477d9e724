// What operators say to pulled sources, as control commands:
//   sources.pause   {"source": id}    sources.resume  {"source": id}
// Answer: {"source":id}. Kept over restarts; with no gateway running it acts at the next start.
// Uses: control, intake/pull. Used by: control_client.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kPauseSource = "sources.pause";
inline constexpr const char* kResumeSource = "sources.resume";

/// `directory` is the deployment's.
std::vector<ControlCommand> sourceCommands(const std::string& directory);

}  // namespace yht::app
