#include "gateway/app/commands_attachments.h"

#include <algorithm>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/app/unnamed_attachments.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/attach/source_attachments.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using ledger::SourceAttachmentRow;
using json::Writer;

constexpr std::size_t kUnjudgedReadMax = 1'000'000;
constexpr std::int64_t kHourMillis = 3'600'000;

void writeRow(Writer& out, const SourceAttachmentRow& row) {
    out.StartObject();
    json::writeNumber(out, "id", row.id);
    json::writeText(out, "source", row.source);
    json::writeText(out, "ticket_no", row.ticket_no);
    json::writeText(out, "state", row.state);
    json::writeText(out, "since", base::formatRfc3339(row.since_ms));
    json::writeNumber(out, "attempts", row.attempts);
    if (row.next_ms != 0) json::writeText(out, "next", base::formatRfc3339(row.next_ms));
    json::writeText(out, "reason", row.reason);
    json::writeNumber(out, "record_seq", row.record_seq);
    json::writeNumber(out, "message_seq", row.message_seq);
    json::writeNumber(out, "item_index", row.item_index);
    out.EndObject();
}

}  // namespace

int listAttachments(const CommandOptions& options, const AttachmentListing& listing) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        auto rows = (*snapshot)->sourceAttachments({.source = listing.source, .state = listing.state}, listing.limit);
        if (listing.state.empty()) {
            std::erase_if(rows, [](const auto& row) { return row.state == intake::kAttachmentDiscarded; });
        }
        rapidjson::StringBuffer buffer;
        Writer out(buffer);
        Table table{{"#", "来源 source", "工单 ticket", "自 since", "状态 state", "次数 tries", "下次 next", "原因 reason"}, {}};
        out.StartArray();
        for (const auto& row : rows) {
            writeRow(out, row);
            table.rows.push_back({std::to_string(row.id), row.source, row.ticket_no.empty() ? "-" : row.ticket_no,
                                  base::formatRfc3339(row.since_ms), row.state, std::to_string(row.attempts),
                                  row.next_ms == 0 ? "-" : base::formatRfc3339(row.next_ms),
                                  row.reason.empty() ? "-" : row.reason});
        }
        out.EndArray();
        if (options.json) std::cout << buffer.GetString() << '\n';
        else if (rows.empty()) std::cout << "没有 none\n";
        else print(std::cout, table);
        const bool failed = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
            return row.state == ledger::kAttachmentFailed;
        });
        return failed ? kExitFound : kExitOk;
    });
}

int listUnnamed(const CommandOptions& options, std::size_t limit) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto folder = opened.config.text("ledger.directory") + "/attachments";
        auto marks = attachments::unjudgedIn(folder, opened.clock->nowMillis(), kUnjudgedReadMax);
        if (!marks.ok()) return reportError(marks.error());
        const auto registry = trust::loadTrust(options.directory);
        if (!registry.ok()) return reportError(registry.error());
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        std::sort(marks->begin(), marks->end(), [](const auto& a, const auto& b) { return a.since_ms < b.since_ms; });
        const auto hours_max = opened.config.integer("attachments.unnamed_hours_max");
        rapidjson::StringBuffer buffer;
        Writer out(buffer);
        Table table{{"附件 attachment", "提供方 partner", "自 since", "保留至 stays until"}, {}};
        out.StartArray();
        for (const auto& mark : *marks) {
            if (table.rows.size() >= limit) break;
            const auto is = [&](const std::string& id) { return attachments::partnerKeyOf(id) == mark.partner_key; };
            if (!mark.is_set || isNamedBy(**snapshot, **registry, mark.digest, is)) continue;
            const auto until = hours_max == 0 ? "" : base::formatRfc3339(mark.since_ms + hours_max * kHourMillis);
            const auto since = base::formatRfc3339(mark.since_ms), partner = partnerOfKey(**registry, mark.partner_key);
            table.rows.push_back({mark.digest, partner, since, until.empty() ? "-" : until});
            out.StartObject();
            json::writeText(out, "attachment", mark.digest);
            json::writeText(out, "partner", partner);
            json::writeText(out, "since", since);
            if (!until.empty()) json::writeText(out, "stays_until", until);
            out.EndObject();
        }
        out.EndArray();
        if (options.json) std::cout << buffer.GetString() << '\n';
        else if (table.rows.empty()) std::cout << "没有 none\n";
        else print(std::cout, table);
        return kExitOk;
    });
}

int decideAttachments(
    const CommandOptions& options, const char* command_name, const std::vector<std::uint64_t>& ids,
    const std::string& why
) {
    int worst = kExitOk;
    for (const std::uint64_t id : ids) {
        const auto answer = command(options.directory, {command_name, {{"id", std::to_string(id)}}, why});
        if (!answer.ok()) {
            const int code = reportError(answer.error());
            worst = ids.size() == 1 ? code : static_cast<int>(kExitFound);
            continue;
        }
        const auto document = json::parse(*answer);
        if (options.json || !document.ok()) std::cout << *answer << '\n';
        else std::cout << '#' << id << " → " << json::textMember(*document, "state") << '\n';
    }
    return worst;
}

}  // namespace yht::app
