#include "gateway/app/commands_approvals.h"

#include <iostream>
#include <set>

#include "gateway/app/approvals.h"
#include "gateway/app/command_line.h"
#include "gateway/app/control_approvals.h"
#include "gateway/app/control_client.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

/// Commands whose arguments are shown; of all others the names only: an argument may be somebody's number.
std::set<std::string> shownCommands(const std::string& directory) {
    std::set<std::string> names;
    for (const auto& row : controlCommands(directory)) {
        if (row.shown) names.insert(row.name);
    }
    return names;
}

std::string argumentText(const ControlRequest& request, bool shown) {
    std::string out;
    for (const auto& [name, text] : request.arguments) {
        if (shown && text.empty()) continue;
        out += (out.empty() ? "" : " ") + name + (shown ? "=" + text : "");
    }
    return out;
}

void printJson(const std::vector<PendingApproval>& pending, const std::set<std::string>& shown) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
    out.StartArray();
    for (const auto& one : pending) {
        out.StartObject();
        json::writeNumber(out, "id", one.id);
        json::writeText(out, "command", one.request.command);
        json::writeText(out, "operator", one.operator_id);
        json::writeText(out, "approved_by", one.second_id);
        json::writeText(out, "why", one.request.why);
        if (shown.contains(one.request.command)) {
            out.Key("arguments");
            out.StartObject();
            for (const auto& [name, value] : one.request.arguments) json::writeText(out, name, value);
            out.EndObject();
        }
        out.Key("asked_ms");
        out.Int64(one.asked_ms);
        out.EndObject();
    }
    out.EndArray();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int listApprovals(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& ledger) -> int {
        const auto now_ms = ledger.clock->nowMillis();
        const auto view = ledger.store->snapshot();
        if (!view.ok()) return reportError(view.error());
        const auto pending = pendingApprovals(**view, now_ms);
        if (!pending.ok()) return reportError(pending.error());
        const auto shown = shownCommands(options.directory);
        if (options.json) {
            printJson(*pending, shown);
        } else if (pending->empty()) {
            std::cout << "No command waits for a second person. 没有待复核的命令。\n";
        } else {
            Table table{{"编号 id", "命令 command", "参数 arguments", "申请人 asked by", "已等待 waits", "复核人 approved by", "原因 why"}, {}};
            for (const auto& one : *pending) {
                table.rows.push_back({std::to_string(one.id), one.request.command, argumentText(one.request, shown.contains(one.request.command)), one.operator_id,
                                      humanDuration(now_ms - one.asked_ms), one.second_id, one.request.why});
            }
            print(std::cout, table);
        }
        return pending->empty() ? kExitOk : kExitFound;
    });
}

int decideApproval(const CommandOptions& options, const char* command_name, std::uint64_t id, const std::string& why) {
    const auto answer = command(options.directory, {command_name, {{"id", std::to_string(id)}}, why});
    if (!answer.ok()) return reportError(answer.error());
    const bool approved = std::string_view(command_name) == kApprove;
    if (options.json) std::cout << *answer << '\n';
    else std::cout << id << (approved ? ": approved; who asked gives the command again 已复核,请申请人再次发出命令\n" : ": refused 已拒绝\n");
    return kExitOk;
}

}  // namespace yht::app
