#include "gateway/intake/admission/quarantine_desk.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/intake/admission/kept_context.h"
#include "gateway/intake/admission/source_messages.h"
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
    const std::size_t named = std::min(decided.seqs.size(), kRecordsNamedMax);
    for (std::size_t i = 0; i < named; ++i) records.push_back(std::to_string(decided.seqs[i]));
    std::string out = "{";
    json::appendMember(out, "adapter_version", adapter_version);
    json::appendMember(out, "decision", decision);
    json::appendMember(out, "format", "yht-quarantine-1");
    json::appendMember(out, "item", std::to_string(row.id));
    json::appendMember(out, "message_seq", std::to_string(row.message_seq));
    json::appendMember(out, "operator", order.operator_id);
    listMember(out, "paths", paths);
    listMember(out, "records", records);
    if (decided.seqs.size() > named) {
        json::appendMember(out, "records_not_shown", std::to_string(decided.seqs.size() - named));
    }
    json::appendMember(out, "source", row.source);
    json::appendMember(out, "verdict", decision == ledger::kQuarantineDiscarded ? "" : sourceVerdictName(decided.verdict));
    json::appendMember(out, "why", order.why);
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

/// Items without a slice or a value of their own are known by their place alone.
bool isSame(ledger::View& view, const ledger::QuarantineRow& row, const SourceItem& item) {
    if (view.isQuarantinedAs(row.id, item.digest)) return true;
    return row.raw_bytes == 0 && row.place == item.place;
}

/// Better ones first.
SourceVerdict better(SourceVerdict one, SourceVerdict other) {
    constexpr SourceVerdict kOrder[] = {SourceVerdict::Accepted,    SourceVerdict::Stale,
                                        SourceVerdict::Duplicate,   SourceVerdict::Quarantined,
                                        SourceVerdict::Refused,     SourceVerdict::Ignored};
    for (const SourceVerdict each : kOrder) {
        if (one == each || other == each) return each;
    }
    return one;
}

}  // namespace

/// An item, or the rest of a message, adapted anew.
struct QuarantineDesk::Work {
    ledger::QuarantineRow row;
    std::shared_ptr<const kit::Adapter> adapter;
    std::vector<SourceItem> items;
    bool other_item = false;         // stands where the row's item was
    std::vector<std::string> paths;  // that the operator changed
    trust::Partner stand_in;         // where the partner is not in the registry any more
    PreparedMessage message;         // as it was proved
    PreparedMessage fixed;           // its assurance is the gateway's own
    base::Bytes salt;                // of the decision
};

base::Result<ledger::QuarantineRow> QuarantineDesk::openRow(std::uint64_t id) {
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    auto row = (*snapshot)->quarantined(id);
    if (!row || row->state != ledger::kQuarantineOpen) return notOpen(id);
    return *std::move(row);
}

/// One pass over the message of the rows; they are one source's.
base::Result<std::vector<QuarantineDesk::Work>> QuarantineDesk::readapt(
    const std::vector<ledger::QuarantineRow>& rows, std::vector<kit::ItemPatch> patches
) {
    const ledger::QuarantineRow& first = rows.front();
    const auto found = services_.adapters->find(first.source);
    if (found == services_.adapters->end()) return noAdapter(first.source);
    const kit::Adapter& adapter = *found->second;
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto entry = (*snapshot)->entry(first.message_seq);
    if (!entry.ok()) return entry.error();
    const auto payload = decodeMessagePayload(entry->payload);
    if (!payload.ok()) return payload.error();
    std::vector<Work> works(rows.size());
    std::multimap<std::uint64_t, Work*> singles, rests;
    std::uint64_t last_wanted = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        works[i].row = rows[i];
        (isRest(rows[i]) ? rests : singles).emplace(rows[i].item_index, &works[i]);
        last_wanted = std::max(last_wanted, rows[i].item_index);
    }
    const SourceItems maker(payload->body, adapter.manifest().source, services_.random);
    kit::MessageContext context = adaptingContext(payload->beside, entry->header.received_ms);
    context.content_type = first.content_type;  // messages of before payload version 3 have it here alone
    for (kit::ItemPatch& patch : patches) patch.index = first.item_index;
    std::uint64_t next = 0;
    const base::Status adapted =
        adapter.adapt(payload->body, context, patches, [&](kit::AdaptedItem&& each) {
            next = each.index + 1;
            const auto [begin, end] = singles.equal_range(each.index);
            const auto rests_end = rests.upper_bound(each.index);
            if (begin != end || rests_end != rests.begin()) {
                const SourceItem item = maker.prepare(std::move(each));
                for (auto one = begin; one != end; ++one) {
                    one->second->items.push_back(item);
                    one->second->other_item = !isSame(**snapshot, one->second->row, item);
                }
                for (auto one = rests.begin(); one != rests_end; ++one) one->second->items.push_back(item);
            }
            return !rests.empty() || next <= last_wanted;
        });
    for (Work& work : works) {
        work.adapter = found->second;
        if (!adapted.ok() && (work.items.empty() || isRest(work.row))) {
            work.items.push_back(maker.prepareRest(next, adapted.error()));
        }
        for (const kit::ItemPatch& patch : patches) work.paths.push_back(patch.path);
        work.message.assurance = entry->header.assurance;
        work.message.received_ms = entry->header.received_ms;
        work.message.adapter = adapter.manifest().id;
        work.message.adapter_version = adapter.version();
        work.message.message_seq = first.message_seq;
        work.stand_in.id = entry->header.source;
        work.stand_in.sources = {adapter.manifest().source};
        work.salt = services_.random.bytes(ledger::kSaltBytes);
    }
    return works;
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
    auto works = readapt({*std::move(row)}, std::move(patches));
    if (!works.ok()) return std::move(works).error();
    return mend(works->front(), true, order);
}

base::Result<QuarantineDecided> QuarantineDesk::replay(std::uint64_t id, const QuarantineOrder& order) {
    auto row = openRow(id);
    if (!row.ok()) return std::move(row).error();
    auto works = readapt({*std::move(row)}, {});
    if (!works.ok()) return std::move(works).error();
    return mend(works->front(), false, order);
}

std::vector<QuarantineDecided> QuarantineDesk::replay(
    const std::vector<std::uint64_t>& ids, const QuarantineOrder& order
) {
    std::map<std::uint64_t, QuarantineDecided> answers;
    std::map<std::pair<ledger::Seq, std::string>, std::vector<ledger::QuarantineRow>> by_message;
    const auto answer = [&](std::uint64_t id, base::Result<QuarantineDecided> decided) {
        if (decided.ok()) {
            answers[id] = *std::move(decided);
            return;
        }
        answers[id].id = id;
        answers[id].reason = std::move(decided).error();
        answers[id].undecided = true;
    };
    for (const std::uint64_t id : std::set<std::uint64_t>(ids.begin(), ids.end())) {
        auto row = openRow(id);
        if (!row.ok()) answer(id, std::move(row).error());
        else by_message[{row->message_seq, row->source}].push_back(*std::move(row));
    }
    for (const auto& [message, rows] : by_message) {
        auto works = readapt(rows, {});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (works.ok()) answer(rows[i].id, mend((*works)[i], false, order));
            else answer(rows[i].id, works.error());
        }
    }
    std::vector<QuarantineDecided> all;
    for (const std::uint64_t id : ids) all.push_back(answers[id]);
    return all;
}

base::Result<QuarantineDecided> QuarantineDesk::mend(
    Work& work, bool fixing, const QuarantineOrder& order
) {
    if (work.items.empty() || work.other_item) return gone();
    const trust::Partner* partner = services_.trust->findPartner(work.stand_in.id);
    work.message.speaker = partner == nullptr ? &work.stand_in : partner;
    work.message.registry = services_.trust.get();
    work.message.unchanged_is_duplicate = work.adapter->manifest().unchanged_is_duplicate;
    work.message.ticket_region = ticketRegionOf(work.adapter->manifest(), *services_.trust);
    if (services_.trust->findSource(work.adapter->manifest().source) == nullptr) {
        return noAdapter(work.row.source);
    }
    work.fixed = work.message;
    work.fixed.assurance = ledger::Assurance::Internal;
    QuarantineDecided decided;
    decided.id = work.row.id;
    const std::string state = fixing ? ledger::kQuarantineFixed : ledger::kQuarantineReplayed;
    base::Status done;
    if (isRest(work.row) && work.items.size() > 1) {
        done = decideRest(work, fixing, order, decided);
    } else {
        done = services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
            if (auto judged = decideOne(transaction, work, fixing, decided); !judged.ok()) return judged;
            if (decided.reason) return order.also ? order.also(transaction) : base::Status();
            std::string payload =
                encodeDecision(work.row, state, decided, work.paths, work.adapter->version(), order);
            return close(transaction, work.row, state, std::move(payload), work.salt, order, decided);
        });
    }
    if (!done.ok()) return done.error();
    if (decided.closed) tellWhenEmpty(work.row.source);
    return decided;
}

base::Status QuarantineDesk::decideOne(
    ledger::Transaction& transaction, Work& work, bool fixing, QuarantineDecided& decided
) {
    const SourceItem& item = work.items.front();
    if (item.fate == kit::ItemFate::Ignored) {
        decided.verdict = SourceVerdict::Ignored;
        return {};
    }
    if (item.failure) return keepOpen(transaction, work, fixing, *item.failure, decided);
    Decider decider(transaction, fixing ? work.fixed : work.message);
    auto records = decideRecords(transaction, decider, item);
    if (!records.ok()) return std::move(records).error();
    if (records->refusal) return keepOpen(transaction, work, fixing, *records->refusal, decided);
    const QuarantineOf rows{
        .source = work.row.source,
        .content_type = work.row.content_type,
        .adapter_version = work.adapter->version(),
        .since_ms = work.row.since_ms};
    auto queued = queueAttachments(transaction, decider, item, records->records, rows);
    if (!queued.ok()) return queued;
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
    Work& work, bool fixing, const QuarantineOrder& order, QuarantineDecided& decided
) {
    const std::string state = fixing ? ledger::kQuarantineFixed : ledger::kQuarantineReplayed;
    decided.verdict = SourceVerdict::Ignored;
    for (std::size_t begin = 0; begin < work.items.size();) {
        QuarantineDecided after;
        std::size_t end = begin;
        const base::Status done = services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
            after = decided;
            auto reached = decideChunk(transaction, work, begin, fixing, after);
            if (!reached.ok()) return std::move(reached).error();
            end = *reached;
            if (end < work.items.size()) return {};
            std::string payload =
                encodeDecision(work.row, state, after, work.paths, work.adapter->version(), order);
            return close(transaction, work.row, state, std::move(payload), work.salt, order, after);
        });
        if (!done.ok()) return done;
        decided = std::move(after);
        begin = end;
    }
    return {};
}

/// As many items as one commit takes. Gives where the next begin.
base::Result<std::size_t> QuarantineDesk::decideChunk(
    ledger::Transaction& transaction, Work& work, std::size_t begin, bool fixing,
    QuarantineDecided& decided
) {
    const auto row = transaction.quarantined(work.row.id);
    if (!row || row->state != ledger::kQuarantineOpen) return notOpen(work.row.id);
    const QuarantineOf rows{
        .source = work.row.source,
        .content_type = work.row.content_type,
        .adapter_version = work.adapter->version(),
        .since_ms = work.row.since_ms,
        .replayed_id = work.row.id};
    Decider as_proved(transaction, work.message), as_fixed(transaction, work.fixed);
    CarriedTickets carried;
    bool waiting = false;
    std::size_t records = 0, end = begin;
    for (; end < work.items.size() && end - begin < kItemsPerCommitMax; ++end) {
        const SourceItem& item = work.items[end];
        records += item.records.size();
        if (end > begin && records > kRecordsPerCommitMax) break;
        const bool patched = fixing && item.index == work.row.item_index;
        auto answer = decideItem(transaction, patched ? as_fixed : as_proved, item, rows, carried);
        if (!answer.ok()) return std::move(answer).error();
        if (patched && answer->error) return *std::move(answer->error);
        waiting = waiting || answer->verdict == SourceVerdict::Quarantined;
        decided.verdict = better(decided.verdict, answer->verdict);
        decided.seqs.insert(decided.seqs.end(), answer->seqs.begin(), answer->seqs.end());
    }
    if (waiting) {
        if (auto room = checkQuarantineRoom(transaction, work.row.source); !room.ok()) return std::move(room).error();
    }
    for (const std::string& ticket_no : carried) {
        auto added = transaction.addCarrier(ticket_no, work.row.message_seq);
        if (!added.ok()) return std::move(added).error();
    }
    return end;
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
