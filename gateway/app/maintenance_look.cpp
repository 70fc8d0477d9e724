#include "gateway/app/maintenance_look.h"

#include "gateway/app/destinations.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

/// When the window ends that holds `at_ms`; 0: none does. `profile` may be nullptr.
base::UnixMillis endAt(const delivery::DestinationRow* row, const kit::Profile* profile, base::UnixMillis at_ms) {
    const base::UnixMillis ours_ms = row == nullptr ? 0 : delivery::maintenanceEnd(row->maintenance, at_ms);
    const std::int64_t left_ms = profile == nullptr ? 0 : profile->maintenanceLeftMillis(at_ms);
    return std::max(ours_ms, left_ms > 0 ? at_ms + left_ms : 0);
}

}  // namespace

void lookAtMaintenance(
    const std::string& directory, const delivery::RouteTable& routes, base::UnixMillis now_ms,
    std::vector<delivery::DestinationStatus>& destinations
) {
    const auto profiles = destinationProfiles(directory);
    for (auto& one : destinations) {
        const kit::Profile* profile = nullptr;
        if (profiles.ok()) {
            const auto found = profiles->find(one.destination);
            profile = found == profiles->end() ? nullptr : found->second.get();
        }
        const auto* row = routes.findDestination(one.destination);
        const auto now_end_ms = endAt(row, profile, now_ms);
        one.maintenance_until_ms = now_end_ms != 0 ? now_end_ms : endAt(row, profile, now_ms - kBacklogOldMillis);
    }
}

std::string maintenanceText(const delivery::DestinationStatus& destination, base::UnixMillis now_ms) {
    if (!destination.inMaintenance(now_ms)) return {};
    constexpr std::size_t kToTheMinute = 16;  // of 2019-04-18T00:00:00.000+08:00
    std::string until = base::formatRfc3339(destination.maintenance_until_ms).substr(0, kToTheMinute);
    until[10] = ' ';
    return "维护中 in maintenance until " + until;
}

}  // namespace yht::app
