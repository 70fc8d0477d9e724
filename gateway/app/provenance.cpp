#include "gateway/app/provenance.h"

#include <algorithm>

#include "gateway/base/nearest_name.h"
#include "gateway/base/text.h"
#include "gateway/intake/admission/corrections.h"
#include "gateway/json/json.h"
#include "gateway/ticket/free_text.h"
#include "gateway/ticket/record_json.h"

namespace yht::app {
namespace {

using ticket::Field;
using ticket::FieldRow;
using ticket::Record;

constexpr const char* kNormalized = "normalized";
constexpr std::size_t kShownCodePointsMax = 64;  // of a name that was typed

void note(Provenance& told, const char* how, std::string zh, std::string en) {
    told.how = how;
    told.note_zh = std::move(zh);
    told.note_en = std::move(en);
}

/// The text of the field, or of one entry of it; nullopt where the record has none.
std::optional<std::string> textOf(const Record& record, const FieldRow& row, const std::string& entry) {
    const auto* value = record.find(row.field);
    if (value == nullptr) return std::nullopt;
    if (entry.empty()) return valueText(*value);
    const auto& map = record.map(row.field);
    const auto found = map.find(entry);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

std::string withoutCorrection(Record record) {
    record.erase(Field::correction);
    return ticket::canonicalText(record);
}

/// A decision on an item in quarantine whose records these are.
struct Fix {
    ledger::Seq seq = 0;
    std::vector<std::string> paths;  // that the operator changed
};

std::optional<Fix> fixOf(ledger::View& view, const ledger::StoredTicket& ticket, ledger::Seq record) {
    const std::string wanted = std::to_string(record);
    for (const auto seq : view.ticketEntries(ticket.ticket_no)) {
        const auto leaf = view.leaf(seq);
        if (!leaf.ok() || leaf->header.type != ledger::EntryType::Decision) continue;
        const auto entry = view.entry(seq);
        if (!entry.ok()) continue;
        const auto document = json::parse(entry->payload);
        if (!document.ok() || json::textMember(*document, "decision") != ledger::kQuarantineFixed) continue;
        const auto* records = json::findMember(*document, "records");
        const auto* paths = json::findMember(*document, "paths");
        if (records == nullptr || !records->IsArray() || paths == nullptr || !paths->IsArray()) continue;
        const bool ours = std::any_of(records->Begin(), records->End(), [&](const auto& each) {
            return each.IsString() && wanted == each.GetString();
        });
        if (!ours) continue;
        Fix fix{seq, {}};
        for (const auto& path : paths->GetArray()) {
            if (path.IsString()) fix.paths.emplace_back(path.GetString());
        }
        return fix;
    }
    return std::nullopt;
}

std::string bare(const std::string& path) { return path.starts_with('/') ? path.substr(1) : path; }

/// All that one question is answered with.
class Answering {
public:
    Answering(ledger::View& view, PastAdapters& adapters, const ledger::StoredTicket& ticket, base::Random& random)
        : view_(view), adapters_(adapters), ticket_(ticket), random_(random) {}

    void answer(const ledger::StoredRecord& stored, const FieldRow& row, const std::string& entry, Provenance& told) {
        told.seq = stored.seq;
        told.message_seq = stored.header.message_seq;
        told.kind = stored.record.kind();
        told.source = stored.record.source();
        told.adapter = stored.header.adapter;
        told.adapter_version = stored.header.adapter_version;
        told.field = std::string(row.name) + (entry.empty() ? "" : "/" + entry);
        if (told.adapter == intake::kOperatorAdapter) corrected(stored, row, entry, told);
        else if (told.adapter == kNormalized) member(stored, row, entry, told);
        else mapped(stored, row, entry, told);
    }

private:
    /// A correction keeps everything that it does not name: what is unchanged comes from the record before it.
    void corrected(const ledger::StoredRecord& stored, const FieldRow& row, const std::string& entry, Provenance& told) {
        const ledger::StoredRecord* before = nullptr;
        for (const auto& each : ticket_.records) {
            const bool same = each.seq < stored.seq && each.record.kind() == stored.record.kind() &&
                              each.record.source() == stored.record.source() &&
                              each.record.text(Field::record_ref) == stored.record.text(Field::record_ref);
            if (same) before = &each;
        }
        if (row.field != Field::correction && before != nullptr &&
            textOf(before->record, row, entry) == textOf(stored.record, row, entry)) {
            const ledger::Seq seq = told.seq;
            answer(*before, row, entry, told);
            told.seq = seq;
            const std::string from = "#" + std::to_string(before->seq);
            told.note_zh = "更正未改动此值,来自 " + from + "。" + told.note_zh;
            told.note_en = "The correction left it as it was in " + from + ". " + told.note_en;
            return;
        }
        note(told, "operator", "运维人员更正(yht tickets correct);办理人与理由见同一提交中的审计条目。",
             "An operator's correction (yht tickets correct); who and why stand in the audit entry of the same commit.");
    }

    /// The partner's own member of a normalized body.
    void member(const ledger::StoredRecord& stored, const FieldRow& row, const std::string& entry, Provenance& told) {
        const auto message = keptMessage(view_, told.message_seq);
        if (!message.ok()) return unreadable(message.error(), told);
        const auto body = json::parse(message->body);
        const std::string payload = ticket::canonicalText(stored.record);
        const auto is = [&](const rapidjson::Value& value) {
            const auto record = ticket::readRecord(value);
            return record.ok() && ticket::canonicalText(*record) == payload;
        };
        std::string pointer;
        bool found = false;
        if (body.ok() && body->IsObject()) found = is(*body);
        if (body.ok() && body->IsArray()) {
            for (rapidjson::SizeType i = 0; i < body->Size() && !found; ++i) {
                found = is((*body)[i]);
                pointer = "/" + std::to_string(i);
            }
        }
        if (!found) {
            return note(told, "unknown", "报文中找不到与此记录相同的一条。", "No record of the message is the one that stands in the ledger.");
        }
        told.how = "member";
        told.place = pointer;
        told.path = pointer + "/" + row.name + (entry.empty() ? "" : "/" + entry);
    }

    void unreadable(const base::Error& error, Provenance& told) {
        const bool erased = error.code == base::ErrorCode::LedgerErased;
        note(told, "unknown", erased ? "原始报文已删除。" : "原始报文不可读。",
             erased ? "The raw message was erased." : "The raw message can't be read.");
    }

    void mapped(const ledger::StoredRecord& stored, const FieldRow& row, const std::string& entry, Provenance& told) {
        if (row.field == Field::correction) {
            return note(told, "operator", "重新适配时由网关给出的更正序号。", "Numbered by the gateway when the message was adapted anew.");
        }
        const auto message = keptMessage(view_, told.message_seq);
        if (!message.ok()) return unreadable(message.error(), told);
        const auto adapter = adapters_.find(told.adapter, told.adapter_version, stored.header.config_digest);
        if (!adapter) {
            return note(told, "unknown",
                        "找不到制作此记录的适配器版本:账本中的配置包与现有文件均非该版本(可能为旧版程序所制)。",
                        "The version of the adapter that made it can't be found: neither a bundle of the ledger nor the "
                        "files have it (it may be of an earlier program).");
        }
        const MadeOfMessage& made = madeOf(told.message_seq, *message, *adapter);
        const auto fix = fixOf(view_, ticket_, stored.seq);
        const MadeRecord* same = sameRecord(made, stored.record, fix.has_value());
        if (same == nullptr) return notMadeAgain(*message, fix, told);
        told.place = same->place;
        trace(*same, row, entry, told);
        if (!fix) return;
        told.decision_seq = fix->seq;
        const bool changed = std::any_of(fix->paths.begin(), fix->paths.end(), [&](const std::string& path) {
            return bare(path) == bare(told.path);
        });
        if (changed || textOf(same->record, row, entry) != textOf(stored.record, row, entry)) {
            note(told, "operator", "运维人员在隔离区修正条目时改为此值,见决定条目。",
                 "An operator put it there when fixing the item in quarantine; see the decision's entry.");
        }
    }

    const MadeOfMessage& madeOf(ledger::Seq seq, const KeptMessage& message, const kit::Adapter& adapter) {
        auto [found, is_new] = made_.try_emplace({seq, adapter.version()});
        if (is_new) found->second = makeOf(adapter, message.body, message.context, random_);
        return found->second;
    }

    /// The record that the ledger has; of a fixed item, the one of that number.
    static const MadeRecord* sameRecord(const MadeOfMessage& made, const Record& record, bool fixed) {
        const std::string payload = withoutCorrection(record);
        for (const auto& each : made.records) {
            if (withoutCorrection(each.record) == payload) return &each;
        }
        if (!fixed) return nullptr;
        for (const auto& each : made.records) {
            if (each.record.kind() == record.kind() && each.record.text(Field::record_ref) == record.text(Field::record_ref))
                return &each;
        }
        return nullptr;
    }

    static void notMadeAgain(const KeptMessage& message, const std::optional<Fix>& fix, Provenance& told) {
        if (fix) {
            std::string paths;
            for (const auto& path : fix->paths) paths += " " + path;
            told.decision_seq = fix->seq;
            return note(told, "unknown", "该条目在隔离区经修正后入账,原文不能单独重现;修正的路径:" + paths,
                        "The item was admitted after a fix in quarantine and can't be made from what came alone; changed were:" + paths);
        }
        if (message.blanked) {
            return note(told, "unknown", "报文中部分条目已随工单删除,无法重现。",
                        "Items of an erased ticket were taken out of the message; it can't be made again.");
        }
        note(told, "unknown",
             "以同一版本重新适配未得到此记录:较早入账的报文未保存文件名与报文类型。",
             "The same version does not make this record again: of messages that came before the ledger kept them, the file's "
             "name and the content type are not known.");
    }

    static void trace(const MadeRecord& made, const FieldRow& row, const std::string& entry, Provenance& told) {
        std::vector<const kit::FieldOrigin*> origins;
        for (const auto& origin : made.origins) {
            if (origin.field == row.field && (entry.empty() || origin.map_name == entry)) origins.push_back(&origin);
        }
        if (row.field == Field::source) return note(told, "engine", "清单中的 source。", "The manifest's `source`.");
        if (origins.empty()) {
            return note(told, "native", "码表无此代码,原文按 keep_in 保留。",
                        "The native text of a code without a row, kept as `keep_in` says.");
        }
        for (const auto* origin : origins) {
            const auto add = [](std::string& all, std::string_view one) {
                if (!one.empty() && all.find(one) == std::string::npos) all += (all.empty() ? "" : ", ") + std::string(one);
            };
            add(told.path, origin->path);
            add(told.rule, origin->rule);
            add(told.vocabulary_row, origin->vocabularyRow());
        }
        told.how = told.path.empty() ? "constant" : "mapped";
    }

    ledger::View& view_;
    PastAdapters& adapters_;
    const ledger::StoredTicket& ticket_;
    base::Random& random_;
    std::map<std::pair<ledger::Seq, std::string>, MadeOfMessage> made_;
};

/// A name as it was typed; not even as long as it was.
std::string shownName(std::string_view typed) {
    if (!base::countCodePoints(typed)) return "?";
    return ticket::shownTyping(base::prefixByCodePoints(typed, kShownCodePointsMax));
}

/// Rows of the kind, of all kinds where none is chosen.
std::vector<const FieldRow*> rowsOf(const FieldChoice& choice) {
    std::vector<const FieldRow*> rows;
    const auto kind = ticket::findKind(choice.kind);
    for (const auto& row : ticket::fieldTable()) {
        if (!kind || (row.kinds & ticket::only(*kind)) != 0) rows.push_back(&row);
    }
    return rows;
}

/// What stands in the place of `choice.field` was probably to be this; "" where nothing is near.
std::string meantInstead(const FieldChoice& choice, const std::vector<const FieldRow*>& rows) {
    std::vector<std::string> names;
    for (const auto* row : rows) {
        if (choice.field == row->zh) return row->name;
        names.emplace_back(row->name);
    }
    // "appael/title": what stands before the stroke may be a kind.
    if (choice.kind.empty() && !choice.entry.empty()) {
        for (const auto& kind : ticket::kindTable()) names.emplace_back(kind.name);
    }
    const auto typed = choice.field.substr(0, kShownCodePointsMax);
    const auto nearest = base::nearestName(typed, names);
    return nearest.is_near ? std::string(nearest.name) : "";
}

}  // namespace

std::string shownChoice(const FieldChoice& choice) {
    return (choice.kind.empty() ? "" : choice.kind + "/") + shownName(choice.field) + (choice.entry.empty() ? "" : "/" + shownName(choice.entry));
}

base::Status checkFieldChoice(const FieldChoice& choice) {
    const auto rows = rowsOf(choice);
    if (std::any_of(rows.begin(), rows.end(), [&](const FieldRow* row) { return choice.field == row->name; })) return {};
    const std::string meant = meantInstead(choice, rows), shown = shownChoice(choice);
    return base::makePublicError(
        base::ErrorCode::NotFound,
        "There is no field \"" + shown + "\"" + (meant.empty() ? "." : "; did you mean \"" + meant + "\"?") + " `yht schema docs` lists them.",
        "没有字段 \"" + shown + "\"" + (meant.empty() ? "。" : ",是否应为 \"" + meant + "\"?") + "字段见 yht schema docs。"
    );
}

FieldChoice parseFieldChoice(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return {"", text, ""};
    if (!ticket::findKind(text.substr(0, slash))) return {"", text.substr(0, slash), text.substr(slash + 1)};
    FieldChoice rest = parseFieldChoice(text.substr(slash + 1));
    rest.kind = text.substr(0, slash);
    return rest;
}

base::Result<std::vector<Provenance>> whyField(
    ledger::View& view, PastAdapters& adapters, const ledger::StoredTicket& ticket, const FieldChoice& choice,
    bool in_clear, base::Random& random
) {
    std::vector<Provenance> all;
    Answering answering(view, adapters, ticket, random);
    const auto persons = ledger::personsOf(ticket);
    for (const auto& stored : ticket.records) {
        const auto& kind = ticket::kindRow(stored.record.kind());
        if (!choice.kind.empty() && choice.kind != kind.name) continue;
        const auto* row = ticket::findField(kind.kind, choice.field);
        if (row == nullptr) continue;
        std::vector<std::string> entries = {choice.entry};
        if (row->type == ticket::FieldType::Map && choice.entry.empty()) {
            entries.clear();
            for (const auto& [name, text] : stored.record.map(row->field)) entries.push_back(name);
        }
        const Record shown = in_clear ? stored.record : ticket::masked(stored.record, persons);
        for (const auto& entry : entries) {
            if (!textOf(stored.record, *row, entry)) continue;
            Provenance told;
            told.value = textOf(shown, *row, entry).value_or("");
            answering.answer(stored, *row, entry, told);
            all.push_back(std::move(told));
        }
    }
    return all;
}

}  // namespace yht::app
