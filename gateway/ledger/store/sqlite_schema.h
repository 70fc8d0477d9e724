// The tables, and what a ledger remembers about itself.
// Uses: sqlite. Used by: ledger/store only.
#pragma once

#include "gateway/ledger/store/ledger_keys.h"

namespace yht::ledger {

/// Settings that durability rests on, set and read back. Throws SqliteFault.
/// Errors: IoFailed where SQLite keeps another journal mode or synchronous level.
base::Status prepareWriter(Database& database);
/// Writes that would make the file larger fail as on a full disk. 0: no bound.
void boundSize(Database& database, std::uint64_t bytes_max);
void prepareReader(Database& database);

struct LedgerNames {
    std::string origin;        // of any epoch
    std::string verifier_key;  // of the log key
};

/// Makes the tables in an empty file, brings older ones forward, and checks that they are ours and
/// that the names are the same. Errors: ConfigInvalid, also where an older ledger's keys open under neither KEK. Throws SqliteFault.
base::Status createOrMigrateSchema(
    Database& database, const LedgerNames& names, const crypto::KeyRing& kek, base::Random& random
);
/// The same for a reader, who makes and changes nothing; an empty verifier_key is not compared.
base::Status checkSchema(Database& database, const LedgerNames& names);
/// checkSchema() but for the origin, which a rebuild makes anew.
base::Status checkVersionAndKey(Database& database, const LedgerNames& names);
/// Empties what a rebuild fills. Throws SqliteFault.
void recreateDerivedTables(Database& database);
/// It is a backup, or was made from one, and nobody has reopened it.
bool isMarkedRestored(Database& database);

}  // namespace yht::ledger
