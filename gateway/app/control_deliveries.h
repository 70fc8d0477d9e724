// What operators decide about single deliveries, as control commands:
//   deliveries.decide  {"decision": send_again | taken | discard, "destination": id, "seq": number}
// Answer: {"decision_seq":number}. The decision entry (delivery/decision.h) tells who, what and why; no audit entry
// repeats it. Uses: control, delivery. Used by: control_client.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kDecideDelivery = "deliveries.decide";

/// `directory` is the deployment: it says whose numbers a destination has and how lost batches are sent again.
std::vector<ControlCommand> deliveryCommands(const std::string& directory);

}  // namespace yht::app
