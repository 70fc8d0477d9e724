#include "gateway/app/story.h"

#include <algorithm>
#include <tuple>

#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/delivery/decision.h"
#include "gateway/delivery/outcome.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/record_json.h"

namespace yht::app {
namespace {

using ticket::Field;
using ticket::Kind;
using ticket::Record;

constexpr std::size_t kTextCellsMax = 56;

/// "投诉" for ("appeal_type", "3"); the code itself where the list does not know it.
std::string codeName(const Record& record, Field field) {
    const std::string& code = record.text(field);
    if (code.empty()) return {};
    const auto* row = ticket::findCode(ticket::fieldRow(field).code_list, code);
    return row == nullptr ? code : row->zh;
}

std::string joined(std::initializer_list<std::string> parts) {
    std::string text;
    for (const auto& part : parts) {
        if (part.empty()) continue;
        if (!text.empty()) text += " · ";
        text += part;
    }
    return text;
}

std::string orgOf(const Record& record) {
    const std::string& name = record.text(Field::org_name);
    return name.empty() ? record.text(Field::org_code) : name;
}

std::string tellRecord(const Record& record) {
    const auto text = [&](Field field) { return clipped(record.text(field), kTextCellsMax); };
    const auto code = [&](Field field) { return codeName(record, field); };
    switch (record.kind()) {
        case Kind::Appeal:
            return joined({code(Field::channel), code(Field::appeal_type), code(Field::handling_way), text(Field::title)});
        case Kind::Assignment:
            return joined({orgOf(record), code(Field::org_role), code(Field::dispatch_way), text(Field::advice)});
        case Kind::Process:
            return joined({code(Field::process_type), record.text(Field::operator_org_name),
                           code(Field::return_reason), text(Field::opinion)});
        case Kind::Result:
            return joined({orgOf(record), code(Field::result_type), text(Field::public_reply)});
        case Kind::Visit:
            return joined({code(Field::visit_method), record.flag(Field::connected) ? "" : "未接通",
                           code(Field::satisfaction), text(Field::visit_opinion)});
        case Kind::Supervision:
            return joined({code(Field::supervision_type), code(Field::supervision_state), orgOf(record)});
        case Kind::Extension:
            return joined({orgOf(record), code(Field::extension_state), text(Field::extension_reason)});
        case Kind::Attachment:
            return joined({code(Field::attachment_type), record.text(Field::media_type),
                           record.text(Field::size_bytes) + " bytes"});
        case Kind::Call:
            return joined({code(Field::call_direction), record.flag(Field::connected) ? "接通" : "未接通",
                           code(Field::not_connected_reason)});
        case Kind::Filing:
            return joined({code(Field::filing_state), text(Field::filing_subject)});
    }
    YHT_ASSERT(false);
}

/// Free text is shown because a timeline without it tells nothing; names, phones and addresses are masked.
std::string recordText(const std::string& payload, const ticket::Persons& persons) {
    const auto record = ticket::fromCanonicalText(payload);
    if (!record.ok()) return "(unreadable)";
    std::string text = tellRecord(ticket::masked(*record, persons));
    if (record->isVoid()) text = "作废 void · " + text;
    return text;
}

const char* verdictText(delivery::Verdict verdict) {
    switch (verdict) {
        case delivery::Verdict::Accepted: return "已签收 signed for";
        case delivery::Verdict::Duplicate: return "已有 had it already";
        case delivery::Verdict::Refused: return "拒收 refused";
        case delivery::Verdict::Unmappable: return "无法转换 can't be put into its form";
        case delivery::Verdict::Stale: return "已有更新版本 superseded";
        case delivery::Verdict::Withheld: return "保密,未发送 withheld as secret";
    }
    YHT_ASSERT(false);
}

/// "#12 诉求 appeal 已签收 signed for · 对方编号 its number SJ-1 · 85 ms"; field errors by name, never by value.
std::string outcomeText(const std::string& payload) {
    const auto outcome = delivery::decodeOutcome(payload);
    if (!outcome.ok()) return delivery::decodeSharedExchange(payload).ok() ? "应答原文 answer as received" : "(unreadable)";
    const auto& kind = ticket::kindRow(outcome->kind);
    std::string text = "#" + std::to_string(outcome->record_seq) + " " + kind.zh + " " + kind.name + " " +
                       verdictText(outcome->verdict);
    if (!outcome->peer_number.empty()) text += " · 对方编号 its number " + outcome->peer_number;
    if (!outcome->code.empty()) text += " · " + outcome->code;
    for (const auto& field : outcome->fields) text += " · " + field.pointer + " " + field.code;
    if (!outcome->finding.empty()) text += " · " + outcome->finding;
    const auto& times = outcome->times;
    if (times.acknowledged_ms > 0) {
        text += " · " + humanDuration(times.acknowledged_ms - times.committed_ms);
    }
    if (outcome->late) text += " · 补报 late";
    return text;
}

/// "重发 send_again #12 → province · why"; another kind of decision as it stands.
std::string decisionText(const std::string& payload) {
    const auto note = delivery::decodeDecision(payload);
    if (!note.ok()) return clipped(payload, kTextCellsMax);
    return "处置 " + note->decision + " #" + std::to_string(note->record_seq) + " → " + note->destination + " · " +
           clipped(note->why, kTextCellsMax);
}

/// "42 entries 条 · why"
std::string erasureText(const std::string& payload) {
    const auto note = ledger::decodeErasure(payload);
    if (!note.ok()) return "(unreadable)";
    return std::to_string(note->entries.size()) + " entries 条 · " + clipped(note->why, kTextCellsMax);
}

std::string whatOf(const ledger::LeafHeader& header) {
    if (header.type == ledger::EntryType::Record && header.kind >= 1 && header.kind <= ticket::kKindCount) {
        const auto& row = ticket::kindRow(static_cast<Kind>(header.kind));
        return std::string(row.zh) + " " + row.name;
    }
    if (header.type == ledger::EntryType::Outcome) return "送达 delivery";
    if (header.type == ledger::EntryType::Erasure) return "删除 erasure";
    return ledger::entryTypeName(header.type);
}

}  // namespace

std::map<ledger::Seq, StoryVersion> storyVersions(const ledger::StoredTicket& ticket) {
    using Name = std::tuple<std::string, Kind, std::string>;
    std::map<Name, std::vector<const ledger::StoredRecord*>> names;
    for (const auto& stored : ticket.records) {
        const auto& record = stored.record;
        names[{record.source(), record.kind(), record.text(Field::record_ref)}].push_back(&stored);
    }
    std::map<ledger::Seq, StoryVersion> versions;
    for (auto& [name, records] : names) {
        if (records.size() == 1) continue;
        std::stable_sort(records.begin(), records.end(), [](const auto* a, const auto* b) {
            const auto one = a->record.identity(), other = b->record.identity();
            return std::tie(one.version, one.correction) < std::tie(other.version, other.correction);
        });
        for (std::size_t i = 0; i < records.size(); ++i) {
            StoryVersion& version = versions[records[i]->seq];
            version.number = i + 1;
            version.count = records.size();
            if (i + 1 == records.size()) continue;
            const auto& next = *records[i + 1];
            version.superseded_by = next.seq;
            version.superseded_ms = std::max(records[i]->header.committed_ms, next.header.committed_ms);
        }
    }
    return versions;
}

std::string versionText(const StoryVersion& version) {
    const std::string number = std::to_string(version.number);
    std::string text = "第 " + number + " 版 version " + number + " / " + std::to_string(version.count);
    if (version.superseded_by == 0) return text;
    const auto at = base::toCivil(version.superseded_ms, base::kShanghaiOffsetSeconds);
    return text + " · 已被取代 superseded by #" + std::to_string(version.superseded_by) + " (" +
           base::formatCivil(at, "%Y-%m-%d %H:%M:%S") + ")";
}

StoryLine tellLeaf(const ledger::LeafHeader& header) {
    StoryLine line;
    line.seq = header.seq;
    line.at_ms = header.event_ms != 0 ? header.event_ms : header.committed_ms;
    line.committed_ms = header.committed_ms;
    line.ticket_no = header.ticket_no;
    line.who = header.source;
    line.what = whatOf(header);
    line.text = "(erased 已删除)";
    return line;
}

StoryLine tellEntry(const ledger::Entry& entry, const ticket::Persons& persons) {
    StoryLine line = tellLeaf(entry.header);
    switch (entry.header.type) {
        case ledger::EntryType::Record: line.text = recordText(entry.payload, persons); break;
        case ledger::EntryType::Outcome: line.text = outcomeText(entry.payload); break;
        case ledger::EntryType::Erasure: line.text = erasureText(entry.payload); break;
        case ledger::EntryType::Message:
            line.text = std::to_string(entry.payload.size()) + " bytes, " +
                        ledger::assuranceName(entry.header.assurance);
            break;
        case ledger::EntryType::Decision: line.text = decisionText(entry.payload); break;
        default: line.text = clipped(entry.payload, kTextCellsMax); break;
    }
    return line;
}

}  // namespace yht::app
