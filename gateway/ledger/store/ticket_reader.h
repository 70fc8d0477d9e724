// All records of one ticket, opened: what fold, the door and deliveries work on.
// Uses: ledger/store, ticket. Used by: intake, delivery, app.
#pragma once

#include <limits>

#include "gateway/ledger/store/store.h"
#include "gateway/ticket/masking.h"

namespace yht::ledger {

struct StoredRecord {
    Seq seq = 0;
    LeafHeader header;
    ticket::Record record;
};

struct StoredTicket {
    std::string ticket_no;
    /// By seq; erased payloads are left out and counted. Records of sources without versions carry derived ones.
    std::vector<StoredRecord> records;
    std::size_t erased_count = 0;
    std::vector<Alias> aliases;
    std::vector<Seq> outcomes;          // outcome entries that name the ticket, by seq
};

/// Errors: NotFound where no such ticket is known; LedgerCorrupt.
base::Result<StoredTicket> readTicket(View& view, const std::string& ticket_no);

/// The persons whom the ticket's records up to and with `last` name.
ticket::Persons personsOf(const StoredTicket& ticket, Seq last = std::numeric_limits<Seq>::max());

}  // namespace yht::ledger
