#include "gateway/intake/admission/corrections.h"

#include <algorithm>

#include "gateway/json/json.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/free_text.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/validate.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ticket::Field;

/// They say which record it is: a correction of them would be another record.
constexpr Field kNaming[] = {Field::source, Field::record_ref, Field::version, Field::modified_time,
                             Field::correction};

base::Error wrong(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

base::Error noRecord() {
    return base::makePublicError(
        ErrorCode::NotFound, "There is no such record to correct.", "没有可更正的此项记录。"
    );
}

/// The entry that the order means.
base::Result<ledger::Seq> meantSeq(ledger::View& view, const CorrectionOrder& order) {
    if (order.seq != 0) return order.seq;
    const auto ticket = ledger::readTicket(view, order.ticket_no);
    if (!ticket.ok()) return ticket.error();
    const auto rank = [](const ticket::Record& record) {
        const ticket::Identity identity = record.identity();
        return std::pair(identity.version, identity.correction);
    };
    const ledger::StoredRecord* newest = nullptr;
    for (const ledger::StoredRecord& each : ticket->records) {
        if (each.record.kind() != ticket::Kind::Appeal) continue;
        if (newest == nullptr || rank(each.record) >= rank(newest->record)) newest = &each;
    }
    if (newest == nullptr) return noRecord();
    return newest->seq;
}

struct Base {
    ledger::KnownIdentity latest;
    ticket::Record record{ticket::Kind::Appeal};
};

base::Result<Base> baseOf(ledger::View& view, const CorrectionOrder& order) {
    const auto seq = meantSeq(view, order);
    if (!seq.ok()) return seq.error();
    const auto entry = view.entry(*seq);
    if (!entry.ok()) return entry.error();
    if (entry->header.type != ledger::EntryType::Record) return noRecord();
    auto record = ticket::fromCanonicalText(entry->payload);
    if (!record.ok()) return std::move(record).error();
    const ticket::Identity identity = record->identity();
    const auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
    if (!latest || latest->erased) return base::makeError(ErrorCode::LedgerErased);
    if (latest->seq != *seq) {
        const std::string newest = std::to_string(latest->seq);
        return wrong(
            "That is not the newest content of the record; correct entry " + newest + ".",
            "该条目不是此记录的最新内容,请更正条目 " + newest + "。"
        );
    }
    return Base{*latest, *std::move(record)};
}

base::Result<ticket::Value> valueOf(const ticket::Value* before, const std::string& text) {
    if (!text.starts_with('[') && !text.starts_with('{')) return ticket::Value(text);
    const bool scalar = before != nullptr && std::holds_alternative<std::string>(*before);
    if (scalar) return ticket::Value(text);
    const auto document = json::parse(text);
    if (!document.ok()) return document.error();
    if (document->IsArray()) {
        std::vector<std::string> texts;
        for (const auto& each : document->GetArray()) {
            if (!each.IsString()) return base::makeError(ErrorCode::JsonMalformed);
            texts.emplace_back(each.GetString(), each.GetStringLength());
        }
        return ticket::Value(std::move(texts));
    }
    std::map<std::string, std::string> texts;
    for (const auto& each : document->GetObject()) {
        if (!each.value.IsString()) return base::makeError(ErrorCode::JsonMalformed);
        texts.emplace(each.name.GetString(), each.value.GetString());
    }
    return ticket::Value(std::move(texts));
}

base::Status apply(ticket::Record& record, const std::pair<std::string, std::string>& change) {
    const auto& [name, text] = change;
    const ticket::FieldRow* row = ticket::findField(record.kind(), name);
    if (row == nullptr) {
        const std::string shown = ticket::shownTyping(name);
        return wrong("A record of this kind has no field " + shown + ".", "此类记录没有字段 " + shown + "。");
    }
    if (std::find(std::begin(kNaming), std::end(kNaming), row->field) != std::end(kNaming)) {
        return wrong(
            name + " says which record it is and can't be corrected.",
            name + " 用于标识记录,不能更正。"
        );
    }
    if (text.empty()) {
        record.erase(row->field);
        return {};
    }
    auto value = valueOf(record.find(row->field), text);
    if (!value.ok()) return std::move(value).error();
    record.set(row->field, *std::move(value));
    return {};
}

base::Result<PreparedItem> corrected(Base& base, const CorrectionOrder& order, base::Random& random) {
    for (const auto& change : order.changes) {
        if (auto applied = apply(base.record, change); !applied.ok()) return std::move(applied).error();
    }
    base.record.set(Field::correction, std::to_string(base.latest.identity.correction + 1));
    auto record = ticket::validated(std::move(base.record));
    if (!record.ok()) return std::move(record).error();
    return prepareRecord(*std::move(record), "", random.bytes(ledger::kSaltBytes));
}

}  // namespace

base::Result<Corrected> correctRecord(
    ledger::Store& store, base::Random& random, const trust::TrustSnapshot& registry,
    const CorrectionOrder& order
) {
    if (order.changes.empty() || order.changes.size() > kCorrectedFieldsMax) {
        const std::string max = std::to_string(kCorrectedFieldsMax);
        return wrong(
            "A correction changes 1 to " + max + " fields: --set FIELD=VALUE.",
            "更正须更改 1 至 " + max + " 个字段:--set 字段=值。"
        );
    }
    auto snapshot = store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    auto base = baseOf(**snapshot, order);
    snapshot->reset();
    if (!base.ok()) return std::move(base).error();
    Corrected done{.corrected_seq = base->latest.seq};
    trust::Partner speaker;
    speaker.id = order.operator_id;
    speaker.sources = {base->latest.identity.source};
    auto item = corrected(*base, order, random);
    if (!item.ok()) return std::move(item).error();
    if (registry.findSource(item->identity.source) == nullptr) return base::makeError(ErrorCode::SourceNotOwn);
    PreparedMessage message;
    message.speaker = &speaker;
    message.registry = &registry;
    message.assurance = ledger::Assurance::Internal;
    message.received_ms = order.at_ms;
    message.adapter = kOperatorAdapter;
    message.message_seq = 0;
    const base::Status committed = store.run([&](ledger::Transaction& transaction) -> base::Status {
        Decider decider(transaction, message);
        auto decided = decider.decide(*item);
        if (!decided.ok()) return std::move(decided).error();
        if (decided->verdict == ItemVerdict::Refused) return *std::move(decided->error);
        // The same correction was committed by another in the meantime.
        if (decided->verdict != ItemVerdict::Created) return base::makeError(ErrorCode::RecordConflict);
        done.seq = decided->seq;
        done.ticket_no = decided->ticket_no;
        return order.also ? order.also(transaction) : base::Status();
    });
    if (!committed.ok()) return committed.error();
    done.correction = item->identity.correction;
    return done;
}

}  // namespace yht::intake
