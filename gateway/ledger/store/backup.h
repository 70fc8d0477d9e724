// Backup (备份) of a running ledger, and the way back.
//   backup   a copy as of one moment, made beside the writer; one file, marked: it can't be taken
//            for the ledger itself, even where somebody copies it into place by hand
//   restore  copies a backup into an empty ledger directory and verifies all of it; the ledger then
//            refuses to serve
//   reopen   an operator says why, and it serves again, in a new epoch (epoch.h)
// What was committed after the backup is lost here, and nowhere else: partners hold receipts. A
// partner's repeat of a lost record is new to this ledger and is taken; with the receipt it comes
// back under the ticket number that the receipt names (intake/admission/honour.h).
// Archived months are files beside the ledger (archive.h) that never change: the report names them, whoever keeps backups
// copies each once. A restore verifies, so it wants them in their place beside the ledger that is to be.
// Uses: ledger/store. Used by: app.
#pragma once

#include "gateway/ledger/store/archive.h"
#include "gateway/ledger/store/epoch.h"
#include "gateway/ledger/store/verify.h"

namespace yht::ledger {

struct BackupReport {
    std::uint64_t entries = 0;
    std::string checkpoint;  // the newest that it holds; "" for an empty ledger
    std::uint64_t size_bytes = 0;
    std::vector<Archive> archives;  // files that are not in it and that it can't do without
};

using PageProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Copies the ledger into `out`, which must not exist, beside whoever writes it; holds a read
/// transaction meanwhile, so the WAL grows with what is committed. The copy is flushed, opened, and
/// its tree held against its last checkpoint before it gets its name.
/// Requires: options.log_key. Errors: ParameterInvalid (out exists), NotFound (no ledger),
/// LedgerCorrupt, DiskFull, IoFailed.
base::Result<BackupReport> backupLedger(
    const SqliteStoreOptions& options, const std::string& out, const PageProgress& progress
);

/// Copies a backup to options.path, where nothing may be yet, brings older schemas forward and
/// verifies every entry. Errors: ParameterInvalid (there is a ledger, or no such backup),
/// LedgerLocked, LedgerCorrupt (the first difference), ConfigInvalid (another log's), DiskFull,
/// IoFailed; after any of them nothing is there.
base::Result<BackupReport> restoreLedger(
    const SqliteStoreOptions& options, const std::string& from, const PageProgress& copied,
    const std::function<void(Seq, Seq)>& verified
);

struct ReopenReport {
    Seq seq = 0;  // of the entry that says so
    EpochNote note;
};

/// Begins a new epoch and lets the ledger serve again. Also for one that was brought back by other
/// means (a disk snapshot), which nobody else can know. Errors: ParameterInvalid (no reason),
/// LedgerLocked (a gateway runs), NumbersExhausted, as SqliteStore::open.
base::Result<ReopenReport> reopenLedger(
    SqliteStoreOptions options, const std::string& operator_id, const std::string& why,
    std::uint32_t lost_epochs = 0
);

}  // namespace yht::ledger
