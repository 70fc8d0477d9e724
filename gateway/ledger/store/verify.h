// Recomputes the whole ledger from its leaves and says where the tables differ: leaf hashes, nodes,
// roots, every stored checkpoint's signature, commitments of the payloads that are there, gap-free
// numbers, identities, archive files. Uses: ledger/store. Used by: app (`yht ledger verify`), tests.
#pragma once

#include "gateway/ledger/store/sqlite_store.h"

namespace yht::ledger {

inline constexpr std::size_t kDifferencesMax = 20;

struct Difference {
    std::string what;  // "leaf 7: commitment of the payload"
    std::string expected;
    std::string found;
};

struct VerifyReport {
    std::uint64_t entries = 0;
    std::uint64_t payloads = 0;  // opened and found to match their commitment
    std::uint64_t erased = 0;    // payload gone, leaf in place
    std::uint64_t nodes = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t identities = 0;
    std::uint64_t archives = 0;  // files read whole and found to have their digest
    base::Bytes root;
    std::uint64_t difference_count = 0;
    std::vector<Difference> differences;  // the first kDifferencesMax

    /// LedgerCorrupt with the first difference, or ok.
    base::Status status() const;
};

/// Reads beside a running writer; what is committed after the start is left out. `progress(done,
/// all)` is called now and then with numbers of entries; may be empty. Requires: options.log_key.
/// Errors: LedgerCorrupt where the file itself can't be read as a ledger, IoFailed.
base::Result<VerifyReport> verifyLedger(
    const SqliteStoreOptions& options, const std::function<void(Seq, Seq)>& progress
);

}  // namespace yht::ledger
