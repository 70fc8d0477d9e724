// What operators decide about pulled sources, as control commands:
//   sources.pause   {"source": id}   nothing is asked any more; what is under way ends with its portion
//   sources.resume  {"source": id}
// Answers {"source":id,"state":"paused" or "resumed"}. Uses: control, intake/pull. Used by: control_client.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kPauseSource = "sources.pause";
inline constexpr const char* kResumeSource = "sources.resume";

std::vector<ControlCommand> sourceCommands();

}  // namespace yht::app
