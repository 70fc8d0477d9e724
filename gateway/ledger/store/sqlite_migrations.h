// Ledgers made by earlier versions of the program, brought forward one numbered step at a time:
// each step is one transaction, and there is no way back. A newer schema than ours is refused.
//   1 → 2  identity keeps a keyed digest (body_mac) instead of a plain one: what is left of an
//          erased record must not let anybody confirm a guess of it
//   2 → 3  tickets' keys stand in a table that only grows, so that an erasure overwrites the one
//          copy there is; erased_name for the numbers that erased tickets had
//   3 → 4  the origin has epochs, a row each
//   4 → 5  which records name an attachment; reads every record once
//   5 → 6  tables of what comes in sources' own formats (source_tables.h)
//   6 → 7  items in quarantine are found by what they were when they are settled too
//   7 → 8  attachments that items bring, and history that waits for its release (source_tables.h)
//   8 → 9  entries' own keys out of `payload`, whose rows may leave for archive files (archive.h); copies all payloads once
//   9 → 10 index keys of the ledger's own, so that the KEK can be rotated (ledger_keys.h); which records name which telephone
//          number: reads every record once, also of archive files; where one is missing its numbers are found after `yht ledger rebuild`
//   10 → 11 which tickets name which call: reads every record once, as before
//   11 → 12 nodes in the order in which they come; replay keys begin with a time, and for an hour those of before are looked for without
// A new ledger is made at the newest schema (sqlite_schema.cpp); a test holds both ways to give the
// same tables. To change the tables: change them there, add a step here, keep the old text as a
// test's fixture (tests/unit/…/schema_N.sql).
// Uses: sqlite, crypto. Used by: sqlite_schema.
#pragma once

#include "gateway/ledger/store/ledger_keys.h"

namespace yht::ledger {

inline constexpr std::int64_t kSchemaVersion = 12;

/// Brings an older ledger to kSchemaVersion; does nothing to one that is there. What the old tables
/// held is overwritten on the disk, and moved out of the WAL where no reader holds it.
/// Requires: the writer's connection, prepared, outside a transaction. Throws SqliteFault, after
/// which the ledger stands at the last step that succeeded. Errors: ConfigInvalid where its keys open under neither KEK
/// of `kek`; nothing was changed then.
base::Status migrate(Database& database, const crypto::KeyRing& kek, base::Random& random);

}  // namespace yht::ledger
