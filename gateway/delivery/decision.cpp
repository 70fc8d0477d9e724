#include "gateway/delivery/decision.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "gateway/base/text.h"
#include "gateway/delivery/outcome.h"
#include "gateway/json/json.h"

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

constexpr const char* kFormat = "yht-delivery-decision-1";
constexpr std::size_t kRowsSearchedMax = 65'536;  // records without a ticket have no nearer index

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
    member("format", kFormat);
    member("operator", request.operator_id);
    member("record_seq", std::to_string(request.seq));
    member("why", request.why);
    return out + "}";
}

/// A decision with what only the moment gives.
struct TimedDecision : DecisionRequest {
    base::UnixMillis now_ms = 0;
    base::Bytes decision_salt, outcome_salt;
};

ledger::EntryDraft draftOf(
    ledger::EntryType type, const TimedDecision& request, const DeliveryRow& row
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
    ledger::Transaction& transaction, const TimedDecision& request, const DeliveryRow& row
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

bool isPlain(const std::string& text, std::size_t characters_max) {
    const auto characters = base::countCodePoints(text);
    return characters && *characters > 0 && *characters <= characters_max &&
           !base::hasControlCharacters(text) &&
           text.find_first_not_of(" \t\r\n") != std::string::npos;
}

base::Status checkRequest(const DecisionRequest& request) {
    if (!isPlain(request.why, kWhyCharactersMax)) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid,
            "Say why, in 1 to " + std::to_string(kWhyCharactersMax) +
                " characters; it stays in the ledger.",
            "请说明理由(1 至 " + std::to_string(kWhyCharactersMax) + " 字),理由将记入账本。"
        );
    }
    if (!isPlain(request.operator_id, kOperatorCharactersMax)) {
        return base::makeError(base::ErrorCode::ParameterInvalid, "operator id");
    }
    return {};
}

base::Result<ledger::Seq> decide(ledger::Transaction& transaction, const TimedDecision& request);

}  // namespace

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
             {DeliveryState::Dead, DeliveryState::Unknown, DeliveryState::Held,
              DeliveryState::InFlight, DeliveryState::Ready}) {
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

base::Result<DecisionNote> decodeDecision(std::string_view payload) {
    const auto document = json::parse(payload);
    if (!document.ok() || !document->IsObject() ||
        json::textMember(*document, "format") != kFormat) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "no delivery decision");
    }
    DecisionNote note{
        .decision = json::textMember(*document, "decision"),
        .destination = json::textMember(*document, "destination"),
        .operator_id = json::textMember(*document, "operator"),
        .why = json::textMember(*document, "why")};
    const std::string seq = json::textMember(*document, "record_seq");
    std::from_chars(seq.data(), seq.data() + seq.size(), note.record_seq);
    return note;
}

base::Result<ledger::Seq> decideRow(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    const DecisionRequest& request
) {
    if (auto sound = checkRequest(request); !sound.ok()) return sound.error();
    const TimedDecision timed{
        request, clock.nowMillis(), random.bytes(ledger::kSaltBytes),
        random.bytes(ledger::kSaltBytes)};
    ledger::Seq seq = 0;
    const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
        auto decided = decide(transaction, timed);
        if (!decided.ok()) return decided.error();
        seq = *decided;
        return {};
    });
    if (!status.ok()) return status.error();
    return seq;
}

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

std::optional<RowDecision> findRowDecision(std::string_view name) {
    for (const auto decision :
         {RowDecision::SendAgain, RowDecision::Taken, RowDecision::Discard}) {
        if (name == rowDecisionName(decision)) return decision;
    }
    return std::nullopt;
}

namespace {

/// Runs on the writer thread.
base::Result<ledger::Seq> decide(ledger::Transaction& transaction, const TimedDecision& request) {
    auto row = findRow(transaction, request.far_side.id, request.seq);
    if (!row)
        return base::makePublicError(
            base::ErrorCode::NotFound, "Nothing unfinished of that entry at this destination.",
            "该条目在此对端没有未完成的投递。"
        );
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
    const auto appended = transaction.append(std::move(draft));
    if (!appended.ok()) return appended.error();
    if (request.decision == RowDecision::Taken) {
        if (auto taken = appendTaken(transaction, request, *row); !taken.ok()) return taken.error();
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
    if (!changed.ok()) return changed.error();
    const auto released = releaseHeld(transaction, request.far_side.id, row->ticket_no);
    if (!released.ok()) return released.error();
    return *appended;
}

}  // namespace

}  // namespace yht::delivery
