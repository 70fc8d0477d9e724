#include "gateway/intake/admission/source_decide.h"

#include <charconv>

#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

SourceItemAnswer blankAnswer(const SourceItem& item, SourceVerdict verdict) {
    SourceItemAnswer answer;
    answer.index = item.index;
    answer.place = item.place;
    answer.verdict = verdict;
    return answer;
}

std::string ticketInConflict(ledger::View& view, const PreparedItem& record) {
    const auto& identity = record.identity;
    const auto known = view.findLatest(identity.source, identity.kind, identity.record_ref);
    return known ? known->ticket_no : std::string();
}

ledger::QuarantineRow rowOf(
    const SourceItem& item, const QuarantineOf& message, const base::Error& error,
    ledger::Seq message_seq
) {
    ledger::QuarantineRow row;
    row.message_seq = message_seq;
    row.source = message.source;
    row.reason = error.row().wire;
    row.detail_json = encodeErrorDetail(error);
    row.since_ms = message.since_ms;
    row.item_index = item.index;
    row.place = item.place;
    row.raw_offset = item.raw_offset;
    row.raw_bytes = item.raw_bytes;
    row.item_digest = item.digest;
    row.fingerprint = fingerprintOf(error);
    row.content_type = message.content_type;
    row.adapter_version = message.adapter_version;
    return row;
}

base::Result<SourceItemAnswer> quarantine(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item,
    const QuarantineOf& message, const base::Error& error
) {
    auto known = answerOfQuarantine(transaction, message.source, item, message.replayed_id);
    if (known) return *std::move(known);
    if (message.without_body) {
        SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Refused);
        answer.error = error;
        return answer;
    }
    if (base::Status appended = decider.ensureMessage(); !appended.ok()) {
        return std::move(appended).error();
    }
    const auto id = transaction.addQuarantine(rowOf(item, message, error, decider.messageSeq()));
    if (!id.ok()) return id.error();
    SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Quarantined);
    answer.error = error;
    answer.quarantine_id = *id;
    return answer;
}

/// The records that a decision's entry names, at most kRecordsPerItemMax.
std::vector<ledger::Seq> recordsOfDecision(ledger::View& view, ledger::Seq decision_seq) {
    std::vector<ledger::Seq> seqs;
    const auto entry = view.entry(decision_seq);
    if (!entry.ok()) return seqs;
    const auto document = json::parse(entry->payload);
    if (!document.ok()) return seqs;
    const rapidjson::Value* records = json::findMember(*document, "records");
    if (records == nullptr || !records->IsArray()) return seqs;
    for (const auto& record : records->GetArray()) {
        if (!record.IsString() || seqs.size() == kRecordsPerItemMax) break;
        ledger::Seq seq = 0;
        const std::string_view text(record.GetString(), record.GetStringLength());
        std::from_chars(text.data(), text.data() + text.size(), seq);
        if (seq != 0) seqs.push_back(seq);
    }
    return seqs;
}

SourceItemAnswer answerOfSettled(
    ledger::View& view, const SourceItem& item, const ledger::QuarantineRow& row
) {
    SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Duplicate);
    answer.quarantine_id = row.id;
    const auto leaf = view.leaf(row.decision_seq);
    if (leaf.ok()) answer.ticket_no = leaf->header.ticket_no;
    if (!answer.ticket_no.empty() && view.isErased(answer.ticket_no)) {
        answer = blankAnswer(item, SourceVerdict::Refused);
        answer.error = base::makeError(ErrorCode::LedgerErased);
        return answer;
    }
    answer.seqs = recordsOfDecision(view, row.decision_seq);
    answer.salts.resize(answer.seqs.size());
    return answer;
}

}  // namespace

std::optional<SourceItemAnswer> answerOfQuarantine(
    ledger::View& view, const std::string& source, const SourceItem& item, std::uint64_t replayed_id
) {
    const auto open = view.findQuarantined(source, item.digest);
    if (open && *open != replayed_id) {
        SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Duplicate);
        answer.quarantine_id = *open;
        return answer;
    }
    const auto settled = view.findSettled(source, item.digest);
    if (!settled) return std::nullopt;
    return answerOfSettled(view, item, *settled);
}

base::Status checkQuarantineRoom(ledger::View& view, const std::string& source) {
    if (view.countOpenQuarantine(source, kQuarantineOpenMax + 1) <= kQuarantineOpenMax) return {};
    const std::string max = std::to_string(kQuarantineOpenMax);
    return base::makePublicError(
        ErrorCode::Unavailable,
        "More than " + max + " items of this source would wait in quarantine; the gateway's operators must decide on them first.",
        "该来源隔离区中的待处理条目将超过 " + max + " 条,须由网关运维人员先行处置。"
    );
}

bool isErasedItem(const SourceItemAnswer& answer) {
    return answer.verdict == SourceVerdict::Refused && answer.error &&
           answer.error->code == ErrorCode::LedgerErased;
}

const char* sourceVerdictName(SourceVerdict verdict) {
    switch (verdict) {
        case SourceVerdict::Accepted: return "accepted";
        case SourceVerdict::Stale: return "stale";
        case SourceVerdict::Duplicate: return "duplicate";
        case SourceVerdict::Quarantined: return "quarantined";
        case SourceVerdict::Refused: return "refused";
        case SourceVerdict::Ignored: return "ignored";
    }
    YHT_ASSERT(false);
}

base::Result<RecordsDecided> decideRecords(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item
) {
    RecordsDecided decided;
    const ledger::Seq message_before = decider.messageSeq();
    const auto part = [&](ledger::Transaction& within) -> base::Status {
        for (std::size_t i = 0; i < item.records.size(); ++i) {
            base::Result<ItemDecision> decision = decider.decide(item.records[i]);
            if (!decision.ok()) return std::move(decision).error();
            if (decision->verdict != ItemVerdict::Refused) {
                decided.records.push_back(*std::move(decision));
                continue;
            }
            if (decision->error->code == ErrorCode::RecordConflict) {
                decided.conflict_ticket = ticketInConflict(within, item.records[i]);
            }
            decided.refusal = atSourcePaths(*std::move(decision->error), item.origins[i]);
            return *decided.refusal;
        }
        return {};
    };
    // A single record that is refused leaves no trace (decide.h, rule 9).
    base::Status done = item.records.size() == 1 ? part(transaction) : transaction.attempt(part);
    if (done.ok()) return decided;
    if (!decided.refusal) return std::move(done).error();
    decider.returnTo(message_before);
    decided.records.clear();
    return decided;
}

base::Status queueAttachments(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item,
    const std::vector<ItemDecision>& records, const QuarantineOf& message
) {
    if (message.without_body) return {};  // nothing is kept that they could be read from
    for (const NamedLater& named : item.attachments) {
        const ItemDecision& record = records[named.record_index];
        const std::string& source = item.records[named.record_index].identity.source;
        const bool known = transaction.findLatest(source, ticket::Kind::Attachment, named.record_ref).has_value();
        if (known || transaction.isAttachmentQueued(message.source, named.record_ref)) continue;
        if (auto kept = decider.ensureMessage(); !kept.ok()) return kept;
        ledger::SourceAttachmentRow row;
        row.message_seq = decider.messageSeq();
        row.record_seq = record.seq;
        row.source = message.source;
        row.ticket_no = record.ticket_no;
        row.item_index = item.index;
        row.ordinal = named.ordinal;
        row.record_ref = named.record_ref;
        row.content_type = message.content_type;
        row.since_ms = message.since_ms;
        if (record.ticket_no.empty()) {  // an attachment is a ticket's: of a call without one it has no place
            row.state = ledger::kAttachmentFailed;
            row.reason = base::errorRow(ErrorCode::TicketUnknown).wire;
        }
        if (auto added = transaction.addSourceAttachment(row); !added.ok()) return added;
    }
    return {};
}

base::Result<SourceItemAnswer> decideItem(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item,
    const QuarantineOf& message, CarriedTickets& carried
) {
    if (item.fate == kit::ItemFate::Ignored) {
        SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Ignored);
        answer.ignored_by = item.ignored_by;
        return answer;
    }
    std::optional<base::Error> trouble = item.failure;
    if (!trouble) {
        base::Result<RecordsDecided> decided = decideRecords(transaction, decider, item);
        if (!decided.ok()) return std::move(decided).error();
        if (!decided->refusal) {
            auto queued = queueAttachments(transaction, decider, item, decided->records, message);
            if (!queued.ok()) return std::move(queued).error();
            for (const ItemDecision& record : decided->records) {
                const bool repeated = record.verdict == ItemVerdict::Duplicate;
                if (repeated && !record.ticket_no.empty()) carried.push_back(record.ticket_no);
            }
            return answerOf(item, decided->records);
        }
        trouble = std::move(decided->refusal);
        if (!decided->conflict_ticket.empty()) carried.push_back(decided->conflict_ticket);
    }
    if (trouble->code == ErrorCode::LedgerErased) {
        SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Refused);
        answer.error = std::move(trouble);
        return answer;
    }
    auto answer = quarantine(transaction, decider, item, message, *trouble);
    // It repeats what an operator made records of.
    if (answer.ok() && !answer->ticket_no.empty()) carried.push_back(answer->ticket_no);
    return answer;
}

SourceItemAnswer answerOf(const SourceItem& item, const std::vector<ItemDecision>& records) {
    SourceItemAnswer answer = blankAnswer(item, SourceVerdict::Duplicate);
    for (std::size_t i = 0; i < records.size(); ++i) {
        const ItemDecision& record = records[i];
        const bool is_new = record.verdict != ItemVerdict::Duplicate;
        answer.seqs.push_back(record.seq);
        answer.salts.push_back(is_new ? item.records[i].salt : base::Bytes());
        if (answer.ticket_no.empty()) answer.ticket_no = record.ticket_no;
        if (record.verdict == ItemVerdict::Created) answer.verdict = SourceVerdict::Accepted;
        if (record.verdict == ItemVerdict::Stale && answer.verdict == SourceVerdict::Duplicate) {
            answer.verdict = SourceVerdict::Stale;
        }
    }
    return answer;
}

void countItem(ledger::SourceAccount& account, const SourceItemAnswer& answer) {
    ++account.received;
    switch (answer.verdict) {
        case SourceVerdict::Stale:
            ++account.stale;
            [[fallthrough]];
        case SourceVerdict::Accepted:
            ++account.accepted;
            return;
        case SourceVerdict::Duplicate:
            ++account.duplicate;
            return;
        case SourceVerdict::Quarantined:
            ++account.quarantined;
            return;
        case SourceVerdict::Refused:
            ++account.refused;
            return;
        case SourceVerdict::Ignored:
            ++account.ignored[answer.ignored_by];
            return;
    }
    YHT_ASSERT(false);
}

}  // namespace yht::intake
