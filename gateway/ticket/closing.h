// What a closed ticket must contain (办结要件): a table by way of handling × final state.
// Uses: base. Used by: fold.
#pragma once

#include "gateway/ticket/finding.h"
#include "gateway/ticket/fold_order.h"

namespace yht::ticket {

/// Adds a finding for everything that is missing. Nothing where the ticket is not closed.
/// `by` is the record that closed it.
void checkClosing(
    const std::vector<FoldEntry>& in_force, State state, const Identity& by, const FoldRules& rules,
    Findings& findings
);

}  // namespace yht::ticket
