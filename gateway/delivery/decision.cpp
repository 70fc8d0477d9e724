#include "gateway/delivery/decision.h"

#include <algorithm>
#include <limits>

#include "gateway/delivery/outcome.h"
#include "gateway/json/json.h"

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

constexpr std::size_t kRowsSearchedMax = 65'536;  // records without a ticket have no nearer index

std::optional<DeliveryRow> findRow(
    ledger::View& view, const std::string& destination, ledger::Seq seq
) {
    const auto leaf = view.leaf(seq);
    if (!leaf.ok()) return std::nullopt;
    std::vector<DeliveryRow> rows;
    if (!leaf->header.ticket_no.empty()) {
        rows = view.deliveriesOf(destination, leaf->header.ticket_no);
    } else {
        for (const auto state :
             {DeliveryState::Dead, DeliveryState::Unknown, DeliveryState::Held}) {
            const auto some = view.deliveries(
                destination, state, std::numeric_limits<base::UnixMillis>::max(), kRowsSearchedMax
            );
            rows.insert(rows.end(), some.begin(), some.end());
        }
    }
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const DeliveryRow& row) {
        return row.seq == seq;
    });
    return found == rows.end() ? std::nullopt : std::optional(*found);
}

std::string payloadOf(const DecisionRequest& request) {
    std::string out = "{";
    const auto member = [&out](const char* name, const std::string& value) {
        out += out.size() == 1 ? "\"" : ",\"";
        out += name;
        out += "\":";
        json::appendCanonicalString(out, value);
    };
    member("decision", rowDecisionName(request.decision));
    member("destination", request.far_side.id);
    member("format", "yht-delivery-decision-1");
    member("operator", request.operator_id);
    member("record_seq", std::to_string(request.seq));
    member("why", request.why);
    return out + "}";
}

ledger::EntryDraft draftOf(
    ledger::EntryType type, const DecisionRequest& request, const DeliveryRow& row
) {
    ledger::EntryDraft draft;
    draft.header.type = type;
    draft.header.received_ms = request.now_ms;
    draft.header.source =
        type == ledger::EntryType::Outcome ? request.far_side.id : request.operator_id;
    draft.header.ticket_no = row.ticket_no;
    draft.sealed_under = ledger::SealedUnder::Own;
    return draft;
}

base::Status appendTaken(
    ledger::Transaction& transaction, const DecisionRequest& request, const DeliveryRow& row
) {
    Outcome outcome;
    outcome.destination = request.far_side.id;
    outcome.batch_id = row.batch_id;
    outcome.record_seq = row.seq;
    outcome.kind = static_cast<ticket::Kind>(row.kind);
    outcome.code = "operator";
    outcome.times.committed_ms = row.committed_ms;
    outcome.times.acknowledged_ms = request.now_ms;
    auto draft = draftOf(ledger::EntryType::Outcome, request, row);
    draft.payload = encodeOutcome(outcome);
    draft.salt = request.outcome_salt;
    auto appended = transaction.append(std::move(draft));
    return appended.ok() ? base::Status() : base::Status(appended.error());
}

}  // namespace

const char* rowDecisionName(RowDecision decision) {
    switch (decision) {
        case RowDecision::SendAgain:
            return "send_again";
        case RowDecision::Taken:
            return "taken";
        case RowDecision::Discard:
            return "discard";
    }
    return "?";
}

base::Status decideRow(ledger::Transaction& transaction, const DecisionRequest& request) {
    auto row = findRow(transaction, request.far_side.id, request.seq);
    if (!row)
        return base::makeError(base::ErrorCode::NotFound, "no unfinished delivery of that entry");
    const bool decidable = row->state == DeliveryState::Dead || row->state == DeliveryState::Held ||
                           (row->state == DeliveryState::Unknown && request.unknown_is_operators);
    if (!decidable) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid,
            "The delivery is on its way; nothing is to be decided now.",
            "该投递正在进行中,目前无须人工处置。"
        );
    }
    auto draft = draftOf(ledger::EntryType::Decision, request, *row);
    draft.payload = payloadOf(request);
    draft.salt = request.decision_salt;
    if (auto appended = transaction.append(std::move(draft)); !appended.ok())
        return appended.error();
    if (request.decision == RowDecision::Taken) {
        if (auto taken = appendTaken(transaction, request, *row); !taken.ok()) return taken;
    }
    base::Status changed;
    if (request.decision == RowDecision::SendAgain) {
        row->state = DeliveryState::Ready;
        row->next_ms = 0;
        row->batch_id.clear();
        row->reason.clear();
        changed = transaction.putDelivery(*row);
    } else {
        changed = transaction.eraseDelivery(request.far_side.id, request.seq);
    }
    if (!changed.ok()) return changed;
    return releaseHeld(transaction, request.far_side.id, row->ticket_no);
}

}  // namespace yht::delivery
