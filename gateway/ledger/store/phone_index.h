// Which records name which telephone number (盲索引): a row a number and record, under a keyed digest of the number
// (keyed_digests.h), so that a number can be looked for and none be read. Rows of a ticket go with its erasure.
// Costs admission one HMAC-SHA-256 and one INSERT (into the table and its index by ticket) for each number of a record that
// names any, and nothing for the others.
// Uses: sqlite, keyed_digests. Used by: ledger/store only.
#pragma once

#include <vector>

#include "gateway/ledger/store/keyed_digests.h"
#include "gateway/ledger/store/sqlite.h"
#include "gateway/ledger/store/store.h"

namespace yht::ledger {

/// `number`: as ticket::comparedPhone() gives it. Nothing where it is there. Throws SqliteFault.
void addPhone(Database& database, const KeyedDigests& digests, const std::string& number, const PhoneName& name);
/// By seq, those after `after`, at most `limit`. Throws SqliteFault.
std::vector<PhoneName> phoneNames(Database& database, base::BytesView mac, Seq after, std::size_t limit);
/// Throws SqliteFault.
void erasePhones(Database& database, const std::string& ticket_no);

}  // namespace yht::ledger
