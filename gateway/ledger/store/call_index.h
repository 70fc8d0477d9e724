// Which tickets name which call (call_ref): a row a call and ticket, under a keyed digest of the call's source and record_ref
// (keyed_digests.h). A call that stands alone is asked for by it when it goes out: that of a 保密 ticket has no number then. A row
// goes with its ticket's erasure; the digest stays among the names of what was erased, so that the call goes on naming nobody.
// Costs admission one HMAC-SHA-256 and one INSERT (into the table and its index by ticket) for a record with a call_ref, and nothing
// for the others.
// Uses: sqlite, keyed_digests. Used by: ledger/store only.
#pragma once

#include <vector>

#include "gateway/ledger/store/keyed_digests.h"
#include "gateway/ledger/store/sqlite.h"
#include "gateway/ledger/store/store.h"
#include "gateway/ticket/record.h"

namespace yht::ledger {

/// The call that the record names; nullopt where it names none. What it names it takes for its own source's.
std::optional<CallName> namedCall(const ticket::Record& record);

/// Nothing where it is there. Throws SqliteFault.
void addNamedCall(Database& database, const KeyedDigests& digests, const CallName& call, const std::string& ticket_no);
/// At most `limit`; an erased one too. Throws SqliteFault.
std::vector<std::string> ticketsNamingCall(Database& database, const KeyedDigests& digests, const CallName& call, std::size_t limit);
/// Takes the ticket's rows away and gives their digests. Throws SqliteFault.
std::vector<base::Bytes> eraseNamedCalls(Database& database, const std::string& ticket_no);

}  // namespace yht::ledger
