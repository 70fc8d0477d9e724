#include "gateway/app/commands_why.h"

#include <algorithm>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_adapters.h"
#include "gateway/app/control_client.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/provenance.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using json::Writer;

void printJson(const std::string& ticket_no, const std::vector<Provenance>& all) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeTextIfAny(out, "ticket_no", ticket_no);
    out.Key("values");
    out.StartArray();
    for (const auto& told : all) {
        out.StartObject();
        json::writeNumber(out, "seq", told.seq);
        json::writeNumber(out, "message_seq", told.message_seq);
        json::writeTextIfAny(out, "kind", ticket::kindRow(told.kind).name);
        json::writeTextIfAny(out, "source", told.source);
        json::writeTextIfAny(out, "adapter", told.adapter);
        json::writeTextIfAny(out, "adapter_version", told.adapter_version);
        json::writeTextIfAny(out, "field", told.field);
        json::writeTextIfAny(out, "value", told.value);
        json::writeTextIfAny(out, "how", told.how);
        json::writeTextIfAny(out, "path", told.path);
        json::writeTextIfAny(out, "rule", told.rule);
        json::writeTextIfAny(out, "vocabulary_row", told.vocabulary_row);
        json::writeTextIfAny(out, "place", told.place);
        if (told.decision_seq != 0) {
            json::writeNumber(out, "decision_seq", told.decision_seq);
        }
        json::writeTextIfAny(out, "zh", told.note_zh);
        json::writeTextIfAny(out, "en", told.note_en);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

std::string orDash(const std::string& text) { return text.empty() ? "-" : text; }

void printTable(const std::vector<Provenance>& all) {
    Table table{{"#", "记录 record", "字段 field", "值 value", "来自 from", "规则 rule", "码表行 vocabulary", "适配器 adapter"}, {}};
    for (const auto& told : all) {
        const std::string from = told.path.empty() ? told.how : told.path;
        table.rows.push_back({std::to_string(told.seq), std::string(ticket::kindRow(told.kind).name) + " " + told.source,
                              told.field, clipped(told.value, 40), from, orDash(told.rule), orDash(told.vocabulary_row),
                              told.adapter + " " + told.adapter_version});
    }
    print(std::cout, table);
    for (const auto& told : all) {
        if (told.message_seq != 0 && !told.place.empty())
            std::cout << "#" << told.seq << ": 报文 message #" << told.message_seq << ", 条目 item " << printable(told.place) << '\n';
        if (told.note_zh.empty()) continue;
        const std::string decision = told.decision_seq == 0 ? "" : " (#" + std::to_string(told.decision_seq) + ")";
        std::cout << "#" << told.seq << ": " << printable(told.note_zh) << " " << printable(told.note_en) << decision << '\n';
    }
}

}  // namespace

int showWhy(const CommandOptions& options, const std::string& ticket_no, const WhyLine& line) {
    const auto choice = parseFieldChoice(line.field);
    // Before anybody is asked to approve it, and before it stands in an entry.
    if (auto known = checkFieldChoice(choice); !known.ok()) return reportError(known.error());
    if (line.in_clear) {
        const auto noted = command(options.directory, {kLookAtField, {{"field", line.field}, {"ticket_no", ticket_no}}, line.reason});
        if (!noted.ok()) return reportError(noted.error());
    }
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto resolved = resolveTicket(**snapshot, ticket_no);
        if (!resolved) {
            return reportError(base::makePublicError(base::ErrorCode::NotFound, "There is no such ticket.", "没有这张工单。"));
        }
        const auto stored = ledger::readTicket(**snapshot, *resolved);
        if (!stored.ok()) return reportError(stored.error());
        PastAdapters adapters(**snapshot, options.directory);
        const auto all = whyField(**snapshot, adapters, *stored, choice, line.in_clear, *opened.random);
        if (!all.ok()) return reportError(all.error());
        if (all->empty()) {
            return reportError(base::makePublicError(
                base::ErrorCode::NotFound, "No record of the ticket has the field " + shownChoice(choice) + ".",
                "此工单的记录中没有字段 " + shownChoice(choice) + "。"));
        }
        if (options.json) printJson(*resolved, *all);
        else printTable(*all);
        const bool untold = std::any_of(all->begin(), all->end(), [](const auto& told) { return told.how == "unknown"; });
        return untold ? kExitFound : kExitOk;
    }, options.trial);
}

}  // namespace yht::app
