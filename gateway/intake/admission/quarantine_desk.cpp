#include "gateway/intake/admission/quarantine_desk.h"

#include <algorithm>

#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

base::Error notOpen(std::uint64_t id) {
    return base::makePublicError(
        ErrorCode::NotFound, "There is no open item " + std::to_string(id) + " in quarantine.",
        "隔离区中没有编号为 " + std::to_string(id) + " 的待处理条目。"
    );
}

base::Error noAdapter(const std::string& source) {
    return base::makePublicError(
        ErrorCode::SourceUnknown, "No adapter is set up for source " + source + " now.",
        "来源 " + source + " 目前没有配置适配器。"
    );
}

base::Error gone() {
    return base::makePublicError(
        ErrorCode::Unavailable, "The adapter in force now finds no such item in the message; discard it, or try again after the mapping is mended.",
        "现行适配器在报文中找不到该条目;可放弃该条目,或修正映射后再试。"
    );
}

void member(std::string& out, std::string_view name, std::string_view text) {
    if (out.back() != '{') out += ',';
    json::appendCanonicalString(out, name);
    out += ':';
    json::appendCanonicalString(out, text);
}

void listMember(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
    out += ',';
    json::appendCanonicalString(out, name);
    out += ":[";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) out += ',';
        json::appendCanonicalString(out, texts[i]);
    }
    out += ']';
}

std::string encodeDecision(
    const ledger::QuarantineRow& row, const std::string& decision, const QuarantineDecided& decided,
    const std::vector<std::string>& paths, const std::string& adapter_version,
    const QuarantineOrder& order
) {
    std::vector<std::string> records;
    for (const ledger::Seq seq : decided.seqs) records.push_back(std::to_string(seq));
    std::string out = "{";
    member(out, "adapter_version", adapter_version);
    member(out, "decision", decision);
    member(out, "format", "yht-quarantine-1");
    member(out, "item", std::to_string(row.id));
    member(out, "message_seq", std::to_string(row.message_seq));
    member(out, "operator", order.operator_id);
    listMember(out, "paths", paths);
    listMember(out, "records", records);
    member(out, "source", row.source);
    member(out, "verdict", decision == ledger::kQuarantineDiscarded ? "" : sourceVerdictName(decided.verdict));
    member(out, "why", order.why);
    return out + "}";
}

/// The decision's entry, the row's end, and what the caller has to say.
base::Status close(
    ledger::Transaction& transaction, const ledger::QuarantineRow& row, const std::string& state,
    std::string payload, const base::Bytes& salt, const QuarantineOrder& order,
    QuarantineDecided& decided
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Decision;
    draft.header.source = order.operator_id;
    draft.header.ticket_no = decided.ticket_no;
    draft.payload = std::move(payload);
    draft.salt = salt;
    const auto seq = transaction.append(std::move(draft));
    if (!seq.ok()) return seq.error();
    if (auto closed = transaction.closeQuarantine(row.id, state, *seq); !closed.ok()) return closed;
    decided.closed = true;
    decided.decision_seq = *seq;
    return order.also ? order.also(transaction) : base::Status();
}

bool isRest(const ledger::QuarantineRow& row) {
    return row.place.empty() && row.raw_bytes == 0;
}

}  // namespace

/// An item, or the rest of a message, adapted anew.
struct QuarantineDesk::Work {
    ledger::QuarantineRow row;
    std::shared_ptr<const kit::Adapter> adapter;
    std::vector<SourceItem> items;
    std::vector<std::string> paths;  // that the operator changed
    trust::Partner stand_in;         // where the partner is not in the registry any more
    PreparedMessage message;
    base::Bytes salt;                // of the decision
};

base::Result<ledger::QuarantineRow> QuarantineDesk::openRow(std::uint64_t id) {
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    auto row = (*snapshot)->quarantined(id);
    if (!row || row->state != ledger::kQuarantineOpen) return notOpen(id);
    return *std::move(row);
}

base::Result<QuarantineDesk::Work> QuarantineDesk::readapt(
    const ledger::QuarantineRow& row, std::vector<kit::ItemPatch> patches
) {
    Work work;
    work.row = row;
    const auto found = services_.adapters->find(row.source);
    if (found == services_.adapters->end()) return noAdapter(row.source);
    work.adapter = found->second;
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto entry = (*snapshot)->entry(row.message_seq);
    if (!entry.ok()) return entry.error();
    const auto payload = decodeMessagePayload(entry->payload);
    if (!payload.ok()) return payload.error();
    for (kit::ItemPatch& patch : patches) {
        patch.index = row.item_index;
        work.paths.push_back(patch.path);
    }
    const kit::Manifest& manifest = work.adapter->manifest();
    const SourceItems maker(payload->body, manifest.source, services_.random);
    kit::MessageContext context;
    context.content_type = row.content_type;
    context.received_ms = entry->header.received_ms;
    context.trace = true;
    const bool rest = isRest(row);
    std::uint64_t next = 0;
    const base::Status adapted =
        work.adapter->adapt(payload->body, context, patches, [&](kit::AdaptedItem&& item) {
            next = item.index + 1;
            if (item.index < row.item_index) return true;
            work.items.push_back(maker.prepare(std::move(item)));
            return rest;
        });
    if (!adapted.ok() && (work.items.empty() || rest)) {
        work.items.push_back(maker.prepareRest(next, adapted.error()));
    }
    if (work.items.empty()) return gone();
    work.message.assurance = entry->header.assurance;
    work.message.received_ms = entry->header.received_ms;
    work.message.adapter = manifest.id;
    work.message.adapter_version = work.adapter->version();
    work.message.message_seq = row.message_seq;
    work.stand_in.id = entry->header.source;
    work.stand_in.sources = {manifest.source};
    work.salt = services_.random.bytes(ledger::kSaltBytes);
    return work;
}

base::Result<QuarantineDecided> QuarantineDesk::fix(
    std::uint64_t id, std::vector<kit::ItemPatch> patches, const QuarantineOrder& order
) {
    if (patches.empty() || patches.size() > kPatchesMax) {
        const std::string max = std::to_string(kPatchesMax);
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "A fix changes 1 to " + max + " places: --set PATH=TEXT.",
            "修正须更改 1 至 " + max + " 处:--set 路径=内容。"
        );
    }
    auto row = openRow(id);
    if (!row.ok()) return std::move(row).error();
    auto work = readapt(*row, std::move(patches));
    if (!work.ok()) return std::move(work).error();
    work->message.assurance = ledger::Assurance::Internal;
    return mend(*work, true, order);
}

base::Result<QuarantineDecided> QuarantineDesk::replay(std::uint64_t id, const QuarantineOrder& order) {
    auto row = openRow(id);
    if (!row.ok()) return std::move(row).error();
    auto work = readapt(*row, {});
    if (!work.ok()) return std::move(work).error();
    return mend(*work, false, order);
}

base::Result<QuarantineDecided> QuarantineDesk::mend(
    Work& work, bool fixing, const QuarantineOrder& order
) {
    const trust::Partner* partner = services_.trust->findPartner(work.stand_in.id);
    work.message.speaker = partner == nullptr ? &work.stand_in : partner;
    work.message.registry = services_.trust.get();
    if (services_.trust->findSource(work.adapter->manifest().source) == nullptr) {
        return noAdapter(work.row.source);
    }
    QuarantineDecided decided;
    decided.id = work.row.id;
    const std::string state = fixing ? ledger::kQuarantineFixed : ledger::kQuarantineReplayed;
    const base::Status done = services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
        Decider decider(transaction, work.message);
        base::Status judged = isRest(work.row) && work.items.size() > 1
                                  ? decideRest(transaction, work, decider, decided)
                                  : decideOne(transaction, work, decider, fixing, decided);
        if (!judged.ok()) return judged;
        if (decided.reason) return order.also ? order.also(transaction) : base::Status();
        std::string payload =
            encodeDecision(work.row, state, decided, work.paths, work.adapter->version(), order);
        return close(transaction, work.row, state, std::move(payload), work.salt, order, decided);
    });
    if (!done.ok()) return done.error();
    if (decided.closed) tellWhenEmpty(work.row.source);
    return decided;
}

base::Status QuarantineDesk::decideOne(
    ledger::Transaction& transaction, Work& work, Decider& decider, bool fixing,
    QuarantineDecided& decided
) {
    const SourceItem& item = work.items.front();
    if (item.fate == kit::ItemFate::Ignored) {
        decided.verdict = SourceVerdict::Ignored;
        return {};
    }
    if (item.failure) return keepOpen(transaction, work, fixing, *item.failure, decided);
    auto records = decideRecords(transaction, decider, item);
    if (!records.ok()) return std::move(records).error();
    if (records->refusal) return keepOpen(transaction, work, fixing, *records->refusal, decided);
    const SourceItemAnswer answer = answerOf(item, records->records);
    decided.verdict = answer.verdict;
    decided.ticket_no = answer.ticket_no;
    decided.seqs = answer.seqs;
    return {};
}

/// A fix that does not mend is the operator's to hear of, and changes nothing.
base::Status QuarantineDesk::keepOpen(
    ledger::Transaction& transaction, const Work& work, bool fixing, base::Error error,
    QuarantineDecided& decided
) {
    if (fixing) return error;
    ledger::QuarantineRow row = work.row;
    row.reason = error.row().wire;
    row.detail_json = encodeErrorDetail(error);
    row.fingerprint = fingerprintOf(error);
    row.adapter_version = work.adapter->version();
    decided.reason = std::move(error);
    return transaction.renewQuarantine(row);
}

base::Status QuarantineDesk::decideRest(
    ledger::Transaction& transaction, Work& work, Decider& decider, QuarantineDecided& decided
) {
    const QuarantineOf rows{
        .source = work.row.source,
        .content_type = work.row.content_type,
        .adapter_version = work.adapter->version(),
        .since_ms = work.row.since_ms};
    CarriedTickets carried;
    decided.verdict = SourceVerdict::Accepted;
    for (const SourceItem& item : work.items) {
        auto answer = decideItem(transaction, decider, item, rows, carried);
        if (!answer.ok()) return std::move(answer).error();
        decided.seqs.insert(decided.seqs.end(), answer->seqs.begin(), answer->seqs.end());
    }
    for (const std::string& ticket_no : carried) {
        auto added = transaction.addCarrier(ticket_no, work.row.message_seq);
        if (!added.ok()) return added;
    }
    return {};
}

base::Result<QuarantineDecided> QuarantineDesk::discard(std::uint64_t id, const QuarantineOrder& order) {
    const auto row = openRow(id);
    if (!row.ok()) return row.error();
    QuarantineDecided decided;
    decided.id = id;
    const base::Bytes salt = services_.random.bytes(ledger::kSaltBytes);
    const base::Status done = services_.store.run([&](ledger::Transaction& transaction) {
        std::string payload = encodeDecision(
            *row, ledger::kQuarantineDiscarded, decided, {}, row->adapter_version, order
        );
        return close(
            transaction, *row, ledger::kQuarantineDiscarded, std::move(payload), salt, order, decided
        );
    });
    if (!done.ok()) return done.error();
    tellWhenEmpty(row->source);
    return decided;
}

base::Result<std::string> QuarantineDesk::raw(
    std::uint64_t id, std::size_t bytes_max, const QuarantineOrder& order
) {
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto row = (*snapshot)->quarantined(id);
    if (!row) return notOpen(id);
    const auto entry = (*snapshot)->entry(row->message_seq);
    if (!entry.ok()) return entry.error();
    const auto payload = decodeMessagePayload(entry->payload);
    if (!payload.ok()) return payload.error();
    snapshot->reset();
    // Noted before it is shown.
    if (order.also) {
        if (auto noted = services_.store.run(order.also); !noted.ok()) return std::move(noted).error();
    }
    const std::string& body = payload->body;
    if (row->raw_bytes == 0 || row->raw_offset > body.size()) return body.substr(0, bytes_max);
    return body.substr(row->raw_offset, std::min<std::uint64_t>(row->raw_bytes, bytes_max));
}

void QuarantineDesk::tellWhenEmpty(const std::string& source) {
    if (!services_.log) return;
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok() || (*snapshot)->hasOpenQuarantine(source)) return;
    services_.log("source " + source + ": quarantine is empty again 隔离区已清空");
}

}  // namespace yht::intake
