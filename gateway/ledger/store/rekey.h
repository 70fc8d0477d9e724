// Rotation of the KEK (密钥加密密钥轮换): every data key of the ledger wrapped anew under the KEK in use, while the gateway runs.
//   1 the gateway is started with the new KEK and the one before (SqliteStoreOptions::kek): from then on what is new is under
//     the new one, and both open what is there (ledger_keys.h)
//   2 rekeyNext() is called until nothing is left: a portion of `ticket` or `entry_key` a commit, in the order of their keys,
//     each row overwritten in place; how far it has come is in the same commit. Killed at any point, the next call goes on; a
//     key that was done already is left alone, so nothing depends on the mark being right
//   3 endRekey(), one commit: what came since the last look, the index keys, and the former KEK's row goes. From then on the ledger opens without the former KEK
// Rows are as long as before and never move, so nothing of the old wrapping stays in the file but in its write-ahead log, which
// is emptied at the end. Payloads are not touched, nor archive files: their keys stay what they were, and so do the index
// keys (README.md says what that means). Older backups are under the KEK of their time: keep it with them.
// Uses: ledger/store. Used by: app.
#pragma once

#include <functional>

#include "gateway/ledger/store/store.h"

namespace yht::ledger {

inline constexpr std::size_t kRekeyRowsMax = 256;  // of one commit: others wait for it

/// Where a rotation stands.
struct RekeyState {
    std::string kek;                 // KeyRing::name() of the one in use
    std::vector<std::string> former; // those that keys may still be under
    bool begun = false;
    std::uint64_t tickets = 0, tickets_last = 0;  // ids of tickets: done up to, the greatest there is
    std::uint64_t entries = 0, entries_last = 0;  // the same of entries with keys of their own
    std::string files;                            // the last attachment done

    bool isWanted() const { return !former.empty(); }
    bool isRowsDone() const { return tickets >= tickets_last && entries >= entries_last; }
};

struct RekeyStep {
    std::uint64_t rows = 0;       // looked at
    std::uint64_t rewrapped = 0;  // the others were under the KEK in use, or erased
    bool done = false;            // no row was left in this commit; rows go on coming, under the KEK in use
};

/// Where it stands, from a commit of its own. Errors: the store's.
base::Result<RekeyState> rekeyState(Store& store);
/// One commit of at most kRekeyRowsMax rows. Errors: LedgerCorrupt where a key opens under no KEK; the store's.
base::Result<RekeyStep> rekeyNext(Store& store);

}  // namespace yht::ledger
