// Which destinations are in announced maintenance (维护窗口), as the files of the deployment say: windows of routes.yaml, and those
// that a profile has. The same from any process, whether a gateway runs or not.
// Uses: destinations, delivery (routing, status). Used by: status, commands_deliveries.
#pragma once

#include <string>
#include <vector>

#include "gateway/delivery/routing.h"
#include "gateway/delivery/status.h"

namespace yht::app {

/// What waits longer than this outside of maintenance is trouble; so long after a window, too, as its backlog drains first.
inline constexpr std::int64_t kBacklogOldMillis = 600'000;

/// Sets maintenance_until_ms where the destination is in a window, or was in one within kBacklogOldMillis. A profile that can't be
/// read announces nothing; `yht config check` says what is wrong with it.
void lookAtMaintenance(
    const std::string& directory, const delivery::RouteTable& routes, base::UnixMillis now_ms,
    std::vector<delivery::DestinationStatus>& destinations
);

/// "维护中 in maintenance until …", "" outside of it.
std::string maintenanceText(const delivery::DestinationStatus& destination, base::UnixMillis now_ms);

}  // namespace yht::app
