// A ticket as partners read it, and who reads it with the citizen masked.
//   {"ticket_no", "state": {"code","name","zh","final"}, "round", "has_appeal", "appeal_time",
//    "accepted_time", "closed_time", "deadline", "flags": ["urged"…], "assignments": […],
//    "findings": […], "aliases": [{"party","number"}…],
//    "records": [{"in_force","seq","kind","received_time","committed_time","record":{fields}}…],
//    "erased_count", "outcomes": ["seq"…], "attachments": "complete"|"pending"|"failed"}
// attachments: of what sources' items brought or named beside these records.
// Times RFC 3339 with +08:00 or null; sequence numbers are strings.
// Uses: ticket, ledger, admission (visibility), problem. Used by: handlers.
#pragma once

#include "gateway/intake/http/problem.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/fold.h"
#include "gateway/trust/partner.h"

namespace yht::http {

/// The records of `stored`, in its order, as fold() takes them.
ticket::TicketView foldStored(
    const ledger::StoredTicket& stored, const ticket::Calendar& calendar,
    const ticket::FoldRules& rules, base::UnixMillis now_ms
);

/// 保密: set where `partner` must not learn who the citizen is, with the persons to be hidden. So it is
/// for a secret ticket (masking.h) unless the partner sees it by ReadCity or ReadProvince, or is the
/// source of every appeal in it. Requires: the partner may see the ticket.
std::optional<ticket::Persons> hiddenPersons(
    ledger::View& view, const trust::Partner& partner, const ledger::StoredTicket& stored,
    const ticket::TicketView& folded
);

/// One record with its times; `hidden` not null: without the citizen.
void writeRecord(
    JsonWriter& out, const ledger::LeafHeader& header, const ticket::Record& record,
    const ticket::Persons* hidden
);

void writeTicket(
    JsonWriter& out, const ledger::StoredTicket& stored, const ticket::TicketView& folded,
    const ticket::Persons* hidden, const char* attachments
);

/// How far those are that sources' items brought: "failed" where one could not be had, "pending" where one is to come.
const char* attachmentsState(ledger::View& view, const std::string& ticket_no);

}  // namespace yht::http
