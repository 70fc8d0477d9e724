// The stored tree's right edge, held against the last checkpoint: what must be right before
// anything is served or a backup is called one.
// Uses: sqlite_lookups, ledger/format. Used by: sqlite_store, backup.
#pragma once

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/sqlite_lookups.h"

namespace yht::ledger {

/// Errors: LedgerCorrupt. Throws SqliteFault.
base::Result<TreeEdge> loadStoredEdge(
    Lookups& lookups, const std::string& key_name, const crypto::PublicKey& log_key
);

}  // namespace yht::ledger
