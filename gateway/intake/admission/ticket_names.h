// Which ticket a record belongs to (DESIGN 1: many names, one ticket).
//  1. A record's names are its ticket_no; (source, ticket_ref), or for an appeal without one
//     (source, record_ref); and every other_refs "party/number". A later version also has the
//     ticket that its earlier ones are in.
//  2. An own name (the party is a source of the speaker's) leads to the ticket it is known for,
//     without further ask.
//  3. ticket_no leads to its ticket if the speaker may join it (visibility.h); else TicketUnknown,
//     the same answer whether the ticket exists or not.
//  4. A foreign name that is known leads to its ticket if the speaker may join that. If not, it is
//     treated exactly as one that is not known.
//  5. A foreign name that is not known becomes a name of the ticket only if the party is a source
//     of a region whose every ticket the speaker may join (mayJoinRegion): such a speaker could
//     have joined had the party spoken first, so the order of arrival makes no difference.
//     Otherwise it stays in the record and names nothing. Hence a partner can neither capture a
//     number that another has yet to use, nor learn which numbers others have used.
//  6. All names that lead anywhere must lead to one ticket; else AliasConflict.
//  7. Where none leads anywhere, the record numbers the ticket, whatever its kind, under the region
//     of its source; it must bring at least one name that can be registered (own, or by rule 5),
//     else TicketUnknown.
//  8. Own names, and foreign ones by rule 5, that are new become names of the ticket: at most
//     kTicketNamesMax.
//  9. Stand-alone kinds never number a ticket and register nothing. They may name several: the
//     entry stands under the first of ticket_no, own name, other_refs; the others stay readable in
//     the record.
// Uses: ledger, ticket, trust. Used by: decide.
#pragma once

#include <string>
#include <vector>

#include "gateway/intake/admission/prepare.h"
#include "gateway/ledger/store/store.h"

namespace yht::intake {

inline constexpr std::size_t kTicketNamesMax = 256;  // of one ticket

struct TicketNames {
    std::string ticket_no;  // "": no name leads to a ticket yet
    std::vector<ledger::Alias>
        aliases;  // to be registered; their ticket_no is filled in when it is known
};

/// `earlier_ticket`: where earlier versions of the record are, "" for none.
/// Errors: TicketUnknown, AliasConflict, RecordInvalid (more than kTicketNamesMax names).
base::Result<TicketNames> resolveNames(
    ledger::View& view, const PreparedMessage& message, const PreparedItem& item,
    const std::string& earlier_ticket
);

}  // namespace yht::intake
