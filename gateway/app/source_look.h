// Every source in its own format as it stands: its adapter and its health, from the deployment's files and the ledger.
// Changes nothing. Uses: opened_ledger, source_folders, intake/pull. Used by: the commands sources and status.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/app/opened_ledger.h"
#include "gateway/intake/pull/source_health.h"

namespace yht::app {

struct LookedSource {
    intake::SourceHealth health;
    std::shared_ptr<const kit::Adapter> adapter;

    /// How it comes: "push", or the kind of its pull.
    std::string way() const;
};

/// By id. Errors: ConfigInvalid, ManifestInvalid, IoFailed, the ledger's.
base::Result<std::vector<LookedSource>> lookAtSources(OpenedLedger& opened);

}  // namespace yht::app
