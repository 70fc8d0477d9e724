// Who may see a ticket, and whose records may join it: one rule for reads, for the change feed and for admission.
//   ReadProvince: everything. ReadCity(scope): tickets whose number or accepting region begins with the scope.
//   ReadUnit(scope): tickets with an assignment to a unit whose code begins with the scope.
//   ReadOwn: tickets that one of the partner's own sources has an alias in, or that were delivered to it.
// Uses: ledger, trust. Used by: admission, intake/http.
#pragma once

#include <string>

#include "gateway/ledger/store/store.h"
#include "gateway/trust/partner.h"

namespace yht::intake {

/// Indexed look-ups, and for ReadUnit one pass over the ticket's own records.
bool maySee(ledger::View& view, const trust::Partner& partner, const std::string& ticket_no);

}  // namespace yht::intake
