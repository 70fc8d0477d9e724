// Which raw messages hold content of a ticket that is to be erased: those with an item that has the
// identity of one of its records, whether the item was accepted, a repeat, or refused.
// Uses: ledger, intake/admission, ticket. Used by: control_ledger.
#pragma once

#include "gateway/ledger/store/erasure.h"

namespace yht::app {

/// Knows the ticket's records as `view` has them. A message whose body can't be read carries
/// nothing.
base::Result<ledger::Carries> carriersOf(ledger::View& view, const std::string& ticket_no);

}  // namespace yht::app
