// A pulled source, asked as its worker would ask it next, and nothing changed by it: no cursor moves, no file is moved or deleted,
// no row is marked, nothing becomes a record. Uses: source_pulls, kit/pull. Used by: commands_adapters_try.
#pragma once

#include <functional>

#include "adapters/kit/inbound/adapter.h"
#include "adapters/kit/pull/puller.h"
#include "gateway/app/opened_ledger.h"

namespace yht::app {

/// How long a dry look waits for files that have to lie still (finished: stable_s) before it looks a second time.
inline constexpr std::int64_t kStillnessMillisMax = 120'000;

struct LiveLook {
    std::uint64_t portions = 0, items = 0;
    std::uint64_t refused = 0;  // portions that are too large to become a message
    bool more = false;          // it ended at items_max or a bound of the source's
    trust::PeerEvidence evidence;
};

/// `each` gets every portion that is a message, until `items_max` items or there is nothing more. From the cursor that the ledger
/// keeps; a source that was never asked: from its start. Errors: ParameterInvalid (it is not pulled), ConfigInvalid, the transport's.
base::Result<LiveLook> lookAtLive(
    OpenedLedger& opened, ledger::View& view, const kit::Manifest& manifest, std::uint64_t items_max,
    const std::function<void(const kit::Portion&)>& each
);

}  // namespace yht::app
