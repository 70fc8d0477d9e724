// Rebuild (重建): every table that can be, made anew from leaves and payloads, in one transaction.
//   derived   node, identity, erased_name, attachment, phone, named_call, replay, serial, epoch, the columns of leaf beside the
//             leaf; alias as far as below
//   kept      leaf, payload, and what nothing else holds: wrapped keys, index keys too; names of archive files (what is in them is read); checkpoints, which
//             are signatures and must never be made again over what somebody changed; the work in
//             progress (delivery, cursor, quarantine, source_attachment, history_held, kept_answer, unfinished) and what left no entry
//             (source_account, carrier)
//   alias     a record's own number and a far side's number in its outcome are derived. Whether
//             a speaker could name *another* party's number depended on its rights that day: such
//             rows are kept where they are there, and are the one thing that a lost table loses
//             (the next record that names the number registers it again).
//   replay  keys of messages that were erased are kept likewise (a repeat of such a message is
//   refused
//             in any case)
// The rebuilt tree must have the root that the last checkpoint signs; else nothing is changed.
// Uses: ledger/store, ticket. Used by: app.
#pragma once

#include "gateway/ledger/store/sqlite_store.h"

namespace yht::ledger {

/// What only other rooms can read in an entry.
struct EntryReaders {
    /// Names that this record (not a stale one) or outcome gave its ticket. Party, number; the
    /// ticket is the entry's.
    std::function<std::vector<Alias>(const Entry&)> names;
    /// A message's replay key; nullopt where it was not signed.
    std::function<std::optional<base::Bytes>(const Entry&)> replay_key;
};

struct RebuiltTable {
    std::string name;
    std::uint64_t rows_before = 0, rows = 0;
    bool same = false;  // byte for byte
};

struct RebuildReport {
    std::uint64_t entries = 0;
    std::vector<RebuiltTable> tables;
    std::uint64_t mended_leaf_rows = 0;  // whose columns did not fit their leaf
    std::uint64_t kept_names = 0;        // aliases that only the table itself knew
    /// Nothing differed from what was there.
    bool same() const;
};

/// Takes the ledger's lock. A restored ledger may be rebuilt and stays restored.
/// Requires: options.log_key. Errors: LedgerLocked (a gateway runs), NotFound (no ledger),
/// LedgerCorrupt (leaves or payloads themselves, or the root), ConfigInvalid, DiskFull, IoFailed.
base::Result<RebuildReport> rebuildLedger(
    const SqliteStoreOptions& options, const EntryReaders& readers,
    const std::function<void(Seq, Seq)>& progress
);

}  // namespace yht::ledger
