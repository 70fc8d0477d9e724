// The tree as its nodes are stored, and its right edge, held against the last checkpoint: what must be right before
// anything is served or a backup is called one.
// Uses: sqlite_lookups, ledger/format. Used by: sqlite_store, sqlite_lookups, sqlite_transaction, rebuild, backup.
#pragma once

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/sqlite_lookups.h"

namespace yht::ledger {

/// The size of the tree that completes a node: nodes stand in this order, which is that in which they come. By level, every commit
/// would write a page for each.
inline std::uint64_t completingSize(std::uint8_t level, std::uint64_t index) { return (index + 1) << level; }

/// Requires: a level above 0. Throws SqliteFault.
void storeNode(Database& database, const Node& node);

/// Errors: LedgerCorrupt. Throws SqliteFault.
base::Result<TreeEdge> loadStoredEdge(
    Lookups& lookups, const std::string& key_name, const crypto::PublicKey& log_key
);

}  // namespace yht::ledger
