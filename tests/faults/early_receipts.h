// Part of the mutant answer_before_commit, and of nothing else: the writer makes receipts in its transaction and lets its
// callers go before the COMMIT; what a snapshot can't see yet is found here.
// Uses: ledger/store. Used by: sqlite_writer.cpp and sqlite_snapshot.cpp as CMakeLists.txt changes them.
#pragma once

#include <map>
#include <mutex>

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/sqlite_lookups.h"

namespace yht::ledger::early {

inline std::mutex mutex;
inline std::map<Seq, Receipt> made;

inline Receipt receiptOf(Lookups& lookups, const Entry& entry) {
    const Seq seq = entry.header.seq;
    const auto checkpoint = lookups.checkpointCovering(seq);
    const auto node = [&](std::uint8_t level, std::uint64_t index) { return lookups.node(level, index); };
    return {.seq = seq,
            .ticket_no = entry.header.ticket_no,
            .leaf = entry.leaf,
            .salt = entry.salt,
            .path = *inclusionPath(seq - 1, checkpoint->size, node),
            .checkpoint = checkpoint->note};
}

/// Requires: the writer's thread; entries (last_before, last] and their checkpoint are in its transaction.
template <class Batch, class Answers>
void answer(Lookups& lookups, Seq last_before, Seq last, const Batch& batch, const Answers& answers) {
    for (Seq seq = last_before + 1; seq <= last; ++seq) {
        const auto entry = lookups.entry(seq);
        if (!entry.ok() || entry->header.type != EntryType::Record) continue;
        const std::lock_guard lock(mutex);
        made.insert_or_assign(seq, receiptOf(lookups, *entry));
    }
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(answers[i]);
}

inline bool has(Seq seq) {
    const std::lock_guard lock(mutex);
    return made.contains(seq);
}

inline base::Result<Receipt> receipt(Seq seq) {
    const std::lock_guard lock(mutex);
    return made.at(seq);
}

}  // namespace yht::ledger::early
