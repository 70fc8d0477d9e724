// A parcel: one delivery row with its record, ready to be handed to a destination; and the
// attempt's plan, by which the very same content is made again when an answer was lost. The plan
// stands in DeliveryRow::reason while the row is in flight or unknown, as JSON:
//   {"count":"200","error":wire code,"hidden_by":seq,"information":flag,"late":flag,"masked":flag,
//    "numbers":{party:number…}}
// Uses: ledger, ticket, kit, opened_records. Used by: picker, courier, status.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "adapters/kit/destination.h"
#include "gateway/delivery/integration.h"
#include "gateway/delivery/opened_records.h"
#include "gateway/ledger/store/store.h"

namespace yht::delivery {

/// What a batch looked like when it was first sent, as far as the ledger can't tell later.
struct AttemptPlan {
    std::size_t count = 0;  // rows of the batch
    std::string error;      // wire code of the last failure, "" before it
    bool late = false;
    bool masked = false;
    bool information = false;  // OutboundRecord::for_information
    /// Where masked: the last entry of the ticket whose persons were looked for in free text.
    ledger::Seq hidden_by = 0;
    std::map<std::string, std::string> numbers;
};
std::string encodePlan(const AttemptPlan& plan);
/// nullopt where the text is no plan.
std::optional<AttemptPlan> decodePlan(const std::string& text);

struct Parcel {
    ledger::DeliveryRow row;
    base::UnixMillis event_ms = 0, received_ms = 0;
    kit::OutboundRecord out;
    AttemptPlan plan;
};

/// How parcels of one destination are made.
struct ParcelRules {
    bool mask_secret = false;
    std::int64_t late_after_ms = 0;
    base::UnixMillis now_ms = 0;
    bool dispatches = false;      // routing.h
    ModeOfSource mode_of_source;  // where dispatches
    OpenedRecords* opened = nullptr;  // shared with other destinations; nullptr: with none
};

/// For a first attempt: numbers, mask and 补报 as of now.
/// Errors: LedgerErased, LedgerCorrupt, NotFound, RecordInvalid.
base::Result<Parcel> makeParcel(
    ledger::View& view, const ledger::DeliveryRow& row, const ParcelRules& rules
);

/// For a repeat: exactly as `row.reason` says it was. Requires: a row of a batch whose answer was
/// lost. Errors: as makeParcel; LedgerCorrupt where the plan can't be read.
base::Result<Parcel> remakeParcel(ledger::View& view, const ledger::DeliveryRow& row);

/// Whether the ticket's citizen must stay unknown to units. A ticket whose appeal has not come counts as secret: what could not
/// be checked is not treated as checked. Requires: `ticket_no` is not "".
bool isSecret(ledger::View& view, const std::string& ticket_no, base::UnixMillis now_ms);

/// The same of a record. One without a ticket counts as secret where it names one (ticket_ref, ticket_no, other_refs) that was not
/// there to be asked; a call that names none counts as the tickets do that name it (call_ref), by an index and at this moment: it
/// may have gone before they came. Where nothing names the other, nobody has asked for secrecy. Requires: `record` as it was
/// submitted, with that row.
bool isSecret(ledger::View& view, const ledger::DeliveryRow& row, const ticket::Record& record, base::UnixMillis now_ms);

/// True where a newer version of the record stood in the ledger before this entry came.
bool isStale(ledger::View& view, const Parcel& parcel);

}  // namespace yht::delivery
