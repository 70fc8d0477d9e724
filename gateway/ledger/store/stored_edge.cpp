#include "gateway/ledger/store/stored_edge.h"

namespace yht::ledger {

void storeNode(Database& database, const Node& node) {
    change(
        database, "INSERT INTO node (size, level, hash) VALUES (?, ?, ?)", completingSize(node.level, node.index), node.level,
        Blob{node.hash}
    );
}

base::Result<TreeEdge> loadStoredEdge(
    Lookups& lookups, const std::string& key_name, const crypto::PublicKey& log_key
) {
    const auto corrupt = [](const std::string& why) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, why);
    };
    const Seq last = lookups.lastSeq();
    auto edge =
        TreeEdge::load(last, [&](auto level, auto index) { return lookups.node(level, index); });
    if (!edge.ok()) return edge;
    const auto stored = lookups.newestCheckpoint();
    if (!stored) {
        if (last == 0) return edge;
        return corrupt("there are entries, but no checkpoint");
    }
    const auto checkpoint = openCheckpoint(stored->note, key_name, log_key);
    if (!checkpoint.ok()) return checkpoint.error();
    if (checkpoint->size != last) {
        return corrupt(
            "the last checkpoint covers " + std::to_string(checkpoint->size) +
            " entries, there are " + std::to_string(last)
        );
    }
    if (checkpoint->root != edge->root()) {
        return corrupt(
            "the last checkpoint's root is " + base::toHex(checkpoint->root) + ", the tree's is " +
            base::toHex(edge->root())
        );
    }
    return edge;
}

}  // namespace yht::ledger
