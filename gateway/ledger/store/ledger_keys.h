// The keys of an opened ledger: the KEKs that wrap its data keys, and its index keys (keyed_digests.h), which it keeps itself,
// wrapped like them. Which KEKs a ledger may have keys under is the table `kek`:
//   name        KeyRing::name(), in hexadecimal: tells nothing of the key
//   in_use      1 for the one that wraps what is new
//   begun, tickets, entries, files   how far a rotation (rekey.h) to it has come; of the others without meaning
// Invariants:
//   1 before anything is wrapped under a KEK, its row is committed
//   2 a row goes only in the commit that leaves nothing under its KEK; index keys are wrapped anew in that commit, the last of all
//   3 whoever opens the ledger has every KEK of the table: so no key can be found unreadable later, and a KEK that is none
//     of the ledger's is refused before anything is written under it
// Uses: sqlite, keyed_digests, crypto. Used by: ledger/store only.
#pragma once

#include "gateway/base/result.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/ledger/store/keyed_digests.h"
#include "gateway/ledger/store/sqlite.h"

namespace yht::ledger {

struct LedgerKeys {
    crypto::KeyRing kek;
    IndexKeys index;
};

/// Fills the empty tables of a new ledger, or of one that is migrated to them. Throws SqliteFault.
void storeKeys(Database& database, const LedgerKeys& keys, base::Random& random);
/// The index keys, and that `kek` has what the ledger needs (3). Errors: ConfigInvalid, LedgerCorrupt. Throws SqliteFault.
base::Result<LedgerKeys> readKeys(Database& database, const crypto::KeyRing& kek);
/// The writer's start: `kek.name()` wraps what is new from now on (1); a rotation to it begins where it was another. Durable
/// when this returns. Requires: readKeys() succeeded. Throws SqliteFault.
void takeKekIntoUse(Database& database, const crypto::KeyRing& kek);
/// The index keys under the KEK in use, and no row of another any more (2). Errors: LedgerCorrupt. Throws SqliteFault.
base::Status endRotation(Database& database, const crypto::KeyRing& kek, base::Random& random);

/// What a ledger before schema 10 is under: a ring of the one of both KEKs that opens its first key; of the one in use where it
/// has none. Errors: ConfigInvalid where neither does. Throws SqliteFault.
base::Result<crypto::KeyRing> findFormerKek(Database& database, const crypto::KeyRing& kek);

}  // namespace yht::ledger
