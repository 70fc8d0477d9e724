#include "gateway/app/commands_quarantine.h"

#include <algorithm>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_quarantine.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/quarantine_numbers.h"
#include "gateway/app/terminal.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/admission/source_items.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using ledger::QuarantineRow;
using json::Writer;

base::Error reasonOf(const QuarantineRow& row) {
    const auto code = base::findErrorCode(row.reason).value_or(ErrorCode::Internal);
    return intake::decodeErrorDetail(code, row.detail_json);
}

using Numbers = std::map<std::uint64_t, std::string>;  // of rows, by id

std::string sourceNumber(const QuarantineRow& row, const Numbers& numbers) {
    const auto found = numbers.find(row.id);
    return found == numbers.end() ? "" : found->second;
}

void writeRow(Writer& out, const QuarantineRow& row, const Numbers& numbers) {
    out.StartObject();
    json::writeNumber(out, "id", row.id);
    json::writeText(out, "source", row.source);
    json::writeText(out, "state", row.state);
    json::writeText(out, "since", base::formatRfc3339(row.since_ms));
    json::writeText(out, "reason", row.reason);
    json::writeText(out, "fingerprint", row.fingerprint);
    json::writeText(out, "number", sourceNumber(row, numbers));
    json::writeText(out, "place", row.place);
    json::writeNumber(out, "item_index", row.item_index);
    json::writeNumber(out, "message_seq", row.message_seq);
    json::writeText(out, "content_type", row.content_type);
    json::writeText(out, "adapter_version", row.adapter_version);
    if (row.decision_seq != 0) json::writeNumber(out, "decision_seq", row.decision_seq);
    out.Key("errors");
    out.StartArray();
    for (const auto& field : reasonOf(row).fields) {
        out.StartObject();
        json::writeText(out, "pointer", field.pointer);
        json::writeText(out, "code", field.code);
        json::writeText(out, "limit", field.limit);
        json::writeText(out, "zh", field.zh);
        json::writeText(out, "en", field.en);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

/// "/TYPE code_unmapped +2": the first field at fault, and how many more there are.
std::string faultText(const QuarantineRow& row) {
    const auto fields = reasonOf(row).fields;
    if (fields.empty()) return "-";
    const std::string more = fields.size() == 1 ? "" : " +" + std::to_string(fields.size() - 1);
    return fields.front().pointer + " " + fields.front().code + more;
}

std::string placeText(const QuarantineRow& row) {
    return row.place.empty() ? "报文其余部分 the rest of the message" : row.place;
}

/// A day is its beginning in Shanghai. nullopt where it is no time.
std::optional<base::UnixMillis> timeOf(const std::string& text) {
    if (text.empty()) return 0;
    return base::parseRfc3339(text.size() == 10 ? text + "T00:00:00+08:00" : text);
}

base::Result<ledger::QuarantineFilter> filterOf(const QuarantineListing& listing) {
    const auto since = timeOf(listing.since);
    if (!since) {
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "--since is a day (2019-04-18) or a time (RFC 3339).",
            "--since 须为日期(2019-04-18)或 RFC 3339 时间。"
        );
    }
    ledger::QuarantineFilter filter{.source = listing.source, .since_ms = *since};
    filter.state = listing.state == "all" ? "" : listing.state;
    // Wire codes have a dot, fingerprints none.
    (listing.reason.find('.') == std::string::npos ? filter.fingerprint : filter.reason) = listing.reason;
    return filter;
}

int listGroups(const CommandOptions& options, const std::vector<ledger::QuarantineGroup>& groups) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    Table table{{"来源 source", "条数 items", "原因 reason", "特征 fingerprint", "最早 first", "最近 last", "例 example"}, {}};
    out.StartArray();
    for (const auto& group : groups) {
        out.StartObject();
        json::writeText(out, "source", group.source);
        json::writeText(out, "reason", group.reason);
        json::writeText(out, "fingerprint", group.fingerprint);
        json::writeNumber(out, "items", group.count);
        json::writeNumber(out, "first_id", group.first_id);
        json::writeText(out, "first", base::formatRfc3339(group.first_ms));
        json::writeText(out, "last", base::formatRfc3339(group.last_ms));
        out.EndObject();
        table.rows.push_back({group.source, std::to_string(group.count), group.reason, group.fingerprint,
                              base::formatRfc3339(group.first_ms), base::formatRfc3339(group.last_ms),
                              "#" + std::to_string(group.first_id)});
    }
    out.EndArray();
    if (options.json) std::cout << buffer.GetString() << '\n';
    else if (groups.empty()) std::cout << "没有 none\n";
    else print(std::cout, table);
    return groups.empty() ? kExitOk : kExitFound;
}

int listRows(const CommandOptions& options, const std::vector<QuarantineRow>& rows, const Numbers& numbers) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    Table table{{"#", "来源 source", "编号 number", "位置 place", "自 since", "状态 state", "原因 reason", "字段 field"}, {}};
    out.StartArray();
    for (const auto& row : rows) {
        writeRow(out, row, numbers);
        const std::string number = sourceNumber(row, numbers);
        table.rows.push_back({std::to_string(row.id), row.source, number.empty() ? "-" : number, placeText(row),
                              base::formatRfc3339(row.since_ms), row.state, row.reason, faultText(row)});
    }
    out.EndArray();
    if (options.json) std::cout << buffer.GetString() << '\n';
    else if (rows.empty()) std::cout << "没有 none\n";
    else print(std::cout, table);
    const bool waiting = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
        return row.state == ledger::kQuarantineOpen;
    });
    return waiting ? kExitFound : kExitOk;
}

void printRow(const QuarantineRow& row, const std::string& number) {
    const base::Error reason = reasonOf(row);
    const auto& error = reason.row();
    Table table{{"隔离条目 item", "#" + std::to_string(row.id)}, {}};
    table.rows = {{"来源 source", row.source},
                  {"状态 state", row.state + (row.decision_seq == 0 ? "" : " (#" + std::to_string(row.decision_seq) + ")")},
                  {"自 since", base::formatRfc3339(row.since_ms)},
                  {"报文 message", "#" + std::to_string(row.message_seq) + " " + row.content_type},
                  {"编号 number", number.empty() ? "-" : number},
                  {"位置 place", placeText(row)},
                  {"适配器 adapter", row.adapter_version},
                  {"原因 reason", row.reason + " " + row.fingerprint},
                  {"", reason.public_zh.empty() ? error.zh : reason.public_zh},
                  {"", reason.public_en.empty() ? error.en : reason.public_en}};
    for (const auto& field : reason.fields) {
        const std::string limit = field.limit.empty() ? "" : " (" + field.limit + ")";
        table.rows.push_back({"字段 field", field.pointer + " " + field.code + limit + " " + field.zh + " " + field.en});
    }
    print(std::cout, table);
    if (row.state != ledger::kQuarantineOpen) return;
    const std::string id = std::to_string(row.id);
    // Bytes that nobody can read have no path to set anything at.
    if (row.reason == base::errorRow(ErrorCode::ItemUndecodable).wire) {
        std::cout << "\n可作处置 to decide:\n  请来源重新报送,然后 have the source send it again, then\n  yht quarantine discard " << id
                  << " --why \"…\"\n  decode 规则有误时 where the decode section was wrong: yht adapters apply,\n  yht quarantine replay " << id
                  << " --why \"…\"\n";
        return;
    }
    std::cout << "\n可作处置 to decide:\n  yht quarantine fix " << id << " --set PATH=TEXT --why \"…\"\n  yht quarantine replay "
              << id << " --why \"…\"\n  yht quarantine discard " << id << " --why \"…\"\n";
}

base::Result<Changes> changesOf(const std::vector<std::string>& sets) {
    Changes changes;
    for (const auto& set : sets) {
        const auto equals = set.find('=');
        if (equals == 0 || equals == std::string::npos || !base::countCodePoints(set)) {
            return base::makePublicError(
                ErrorCode::ParameterInvalid, "--set is NAME=TEXT in UTF-8.", "--set 的形式为 名称=内容(UTF-8)。"
            );
        }
        changes.emplace_back(set.substr(0, equals), set.substr(equals + 1));
    }
    return changes;
}

std::string joined(const std::vector<std::uint64_t>& ids) {
    std::string text;
    for (const auto id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
    return text;
}

/// The answer of a decision: kExitFound where an item stays open.
int reportDecided(const CommandOptions& options, const base::Result<std::string>& answer) {
    if (!answer.ok()) return reportError(answer.error());
    const auto document = json::parse(*answer);
    const bool open = document.ok() && json::textMember(*document, "still_open") != "0";
    if (options.json || !document.ok()) {
        std::cout << *answer << '\n';
        return open ? kExitFound : kExitOk;
    }
    Table table{{"#", "状态 state", "结果 verdict", "工单 ticket", "账本 entry", "原因 reason"}, {}};
    for (const auto& item : (*document)["items"].GetArray()) {
        const auto text = [&](const char* name) {
            const std::string value = json::textMember(item, name);
            return value.empty() ? std::string("-") : value;
        };
        std::string reason = text("code");
        if (const auto* fields = json::findMember(item, "fields"); fields != nullptr && fields->IsArray()) {
            for (const auto& field : fields->GetArray()) reason += " " + json::textMember(field, "pointer") + ":" + json::textMember(field, "code");
        }
        table.rows.push_back({text("id"), text("state"), text("verdict"), text("ticket_no"), text("decision_seq"), std::move(reason)});
    }
    print(std::cout, table);
    std::cout << "已办结 closed: " << json::textMember(*document, "closed")
              << ", 仍待处理 still open: " << json::textMember(*document, "still_open") << '\n';
    return open ? kExitFound : kExitOk;
}

/// Text as it came where it is UTF-8; else in hexadecimal.
void printRaw(const std::string& bytes) {
    std::cout << '\n';
    if (base::countCodePoints(bytes)) std::cout << printable(bytes) << '\n';
    else std::cout << base::toHex(bytes) << '\n';
}

}  // namespace

int listQuarantine(const CommandOptions& options, const QuarantineListing& listing) {
    const auto filter = filterOf(listing);
    if (!filter.ok()) return reportError(filter.error());
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        if (listing.by_reason) return listGroups(options, (*snapshot)->quarantineGroups(*filter));
        const auto rows = (*snapshot)->quarantine(*filter, listing.limit);
        return listRows(options, rows, quarantineNumbers(**snapshot, options.directory, rows));
    });
}

int showQuarantined(const CommandOptions& options, std::uint64_t id, bool raw, const std::string& why) {
    std::string bytes;
    if (raw) {
        const auto answer = command(options.directory, {kRawItem, {{"id", std::to_string(id)}}, why});
        if (!answer.ok()) return reportError(answer.error());
        const auto document = json::parse(*answer);
        bytes = document.ok() ? base::fromBase64(json::textMember(*document, "raw")).value_or("") : "";
    }
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto row = (*snapshot)->quarantined(id);
        if (!row) {
            return reportError(base::makePublicError(
                ErrorCode::NotFound, "There is no such item in quarantine.", "隔离区中没有此条目。"));
        }
        const auto numbers = quarantineNumbers(**snapshot, options.directory, {*row});
        if (!options.json) {
            printRow(*row, sourceNumber(*row, numbers));
        } else {
            rapidjson::StringBuffer buffer;
            Writer out(buffer);
            writeRow(out, *row, numbers);
            std::cout << buffer.GetString() << '\n';
        }
        if (raw) printRaw(bytes);
        return kExitOk;
    });
}

int fixQuarantined(
    const CommandOptions& options, std::uint64_t id, const std::vector<std::string>& sets, const std::string& why
) {
    const auto changes = changesOf(sets);
    if (!changes.ok()) return reportError(changes.error());
    return reportDecided(options, command(options.directory, {kFixItem, {{"id", std::to_string(id)}, {"set", encodeChanges(*changes)}}, why}));
}

int replayQuarantined(const CommandOptions& options, const ReplayLine& line, const std::string& why) {
    if (line.ids.empty() && line.source.empty() && line.reason.empty()) {
        return reportError(base::makePublicError(
            ErrorCode::ParameterInvalid, "Say which: their numbers, --source or --reason.",
            "请指明条目编号,或 --source、--reason。"));
    }
    return reportDecided(options, command(options.directory, {kReplayItems, {{"ids", joined(line.ids)}, {"reason", line.reason}, {"source", line.source}}, why}));
}

int discardQuarantined(
    const CommandOptions& options, const std::vector<std::uint64_t>& ids, const std::string& why
) {
    return reportDecided(options, command(options.directory, {kDiscardItems, {{"ids", joined(ids)}}, why}));
}

int correctRecordCommand(
    const CommandOptions& options, const std::string& record, const std::vector<std::string>& sets,
    const std::string& why
) {
    const auto changes = changesOf(sets);
    if (!changes.ok()) return reportError(changes.error());
    const bool ticket = record.find('-') != std::string::npos;
    const auto answer = command(options.directory, {kCorrectRecord,
                                                    {{"seq", ticket ? "" : record},
                                                     {"set", encodeChanges(*changes)},
                                                     {"ticket_no", ticket ? record : ""}},
                                                    why});
    if (!answer.ok()) return reportError(answer.error());
    const auto document = json::parse(*answer);
    if (options.json || !document.ok()) {
        std::cout << *answer << '\n';
    } else {
        std::cout << "已更正 corrected: #" << json::textMember(*document, "corrected_seq") << " → #"
                  << json::textMember(*document, "seq") << ", 第 correction " << json::textMember(*document, "correction")
                  << " 次更正, 工单 ticket " << json::textMember(*document, "ticket_no") << '\n';
    }
    return kExitOk;
}

}  // namespace yht::app
