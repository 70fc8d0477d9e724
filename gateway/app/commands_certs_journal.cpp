#include <iostream>

#include "gateway/app/certs_files.h"
#include "gateway/app/certs_permission.h"
#include "gateway/app/command_line.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

void printJournal(const certs::Journal& journal) {
    Table table{{"时间 at", "操作 act", "账户 by", "许可 permit", "模板 profile", "对接方 partner", "序列号 serial", "原因 reason", "已入账 in ledger"}, {}};
    for (std::size_t index = 0; index < journal.lines().size(); ++index) {
        const auto& line = journal.lines()[index];
        table.rows.push_back({base::formatRfc3339(line.at_ms), line.act, line.by, line.permit, line.profile, line.partner, line.serial,
                              line.reason, index < journal.handedIn() ? "是 yes" : "否 no"});
    }
    print(std::cout, table);
}

void writeJournal(const certs::Journal& journal) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartArray();
    for (std::size_t index = 0; index < journal.lines().size(); ++index) {
        const auto cells = journal.lines()[index].cells();
        out.StartObject();
        for (std::size_t column = 0; column < cells.size(); ++column) jsonText(out, certs::kJournalColumns[column], cells[column]);
        out.Key("handed_in");
        out.Bool(index < journal.handedIn());
        out.EndObject();
    }
    out.EndArray();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int journalCommand(const CertsLine& line) {
    auto authority = certs::Authority::open(line.authority);
    if (!authority) return reportRefusal(authority.error());
    if (line.hand_in) {
        const std::string deployment = deploymentOf(line);
        if (deployment.empty()) {
            return reportError(base::makePublicError(
                base::ErrorCode::ParameterInvalid, "There is no deployment on this machine: give --config.", "本机没有网关部署,请给出 --config。"
            ));
        }
        const auto taken = handInJournal(deployment, *authority);
        if (!taken.ok()) return reportError(taken.error());
    }
    if (line.json) writeJournal(authority->journal());
    else printJournal(authority->journal());
    return authority->journal().handedIn() == authority->journal().lines().size() ? kExitOk : kExitFound;
}

}  // namespace yht::app
