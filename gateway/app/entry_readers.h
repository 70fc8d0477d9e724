// What a rebuild of the ledger must know of entries that only other rooms can read: numbers in
// records and outcomes, signatures in messages. Uses: ledger/store, intake/admission, delivery.
// Used by: commands_upkeep.
#pragma once

#include "gateway/delivery/routing.h"
#include "gateway/ledger/store/rebuild.h"

namespace yht::app {

/// `routes` says whose numbers a destination gives; it must outlive the result.
ledger::EntryReaders entryReaders(const delivery::RouteTable& routes);

}  // namespace yht::app
