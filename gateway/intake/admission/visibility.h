// Who may see a ticket, and whose records may join it: one rule for reads, for the change feed and
// for admission.
//   ReadProvince: everything. ReadCity(scope): tickets whose number or accepting region begins with
//   the scope. ReadUnit(scope): tickets with an assignment to a unit whose code begins with the
//   scope; an assignment that was
//     withdrawn since still counts: the unit had the ticket.
//   ReadOwn: tickets that one of the partner's own sources has a number for, or that the partner
//   has answered as a
//     destination under its own id. A delivery not answered yet does not count.
// An empty scope grants nothing. A record that the partner brought itself grants it nothing either:
// its accepting region or unit is the partner's own word.
// Uses: ledger, ticket, trust. Used by: admission, intake/http.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gateway/ledger/store/store.h"
#include "gateway/trust/partner.h"

namespace yht::intake {

/// Indexed look-ups; for ReadUnit and for a ReadCity that the number does not satisfy, one pass
/// over the ticket's own records.
bool maySee(ledger::View& view, const trust::Partner& partner, const std::string& ticket_no);

/// Whether a record of this partner may join the ticket by naming a number that is not the
/// partner's own: the partner has a number of its own there already, may see the ticket, or has
/// JoinCity over its region.
bool mayJoin(ledger::View& view, const trust::Partner& partner, const std::string& ticket_no);

/// Whether the partner may join every ticket of a region: ReadProvince, ReadCity or JoinCity over
/// it. It may then also name numbers of that region's sources before those sources do
/// (ticket_names.h, rule 5).
bool mayJoinRegion(const trust::Partner& partner, std::string_view region);

/// Whether `is` holds for the partner who handed in the record of this entry. A record without its message
/// (brought back after a loss) is any partner's that speaks for its source.
bool speakerOf(
    ledger::View& view, const trust::TrustSnapshot& registry, ledger::Seq seq,
    const std::function<bool(const std::string& partner_id)>& is
);

}  // namespace yht::intake
