// `yht ledger erase`: one ticket's content destroyed, its proofs kept.
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_ledger.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

void printErasure(const rapidjson::Value& answer) {
    const auto text = [&](const char* name) { return json::textMember(answer, name); };
    std::cout << "已删除 erased: " << text("ticket_no") << " (#" << text("seq") << ")\n  "
              << text("entries") << " entries 条记录等, " << text("messages")
              << " raw messages 条原始报文\n  " << text("attachments")
              << " attachments that nobody else brought or names 个无其他提供方的附件\n";
    if (text("other_records") != "0") {
        std::cout
            << "  " << text("other_records")
            << " records of other tickets lost their raw message; they and their receipts stay\n"
               "  条其他工单的记录失去原始报文,记录与回执不受影响\n";
    }
    if (text("open_items") != "0") {
        std::cout << "  " << text("open_items")
                  << " items in quarantine lost their raw bytes: discard them\n"
                     "  条隔离区待处理条目失去原文,只能放弃\n";
    }
    const auto* unsent = json::findMember(answer, "unsent");
    if (unsent != nullptr && unsent->IsArray()) {
        for (const auto& row : unsent->GetArray())
            std::cout << "  未送达,已终止 ended unsent: " << row.GetString() << '\n';
    }
    std::cout << "Older backups and what was sent to others still have it. "
                 "此前的备份及已送达各方的内容不在此列。\n";
}

}  // namespace

int eraseTicketCommand(
    const CommandOptions& options, const std::string& ticket_no, const std::string& why
) {
    const auto answer = command(options.directory, {kEraseTicket, {{"ticket_no", ticket_no}}, why});
    if (!answer.ok()) return reportError(answer.error());
    const auto document = json::parse(*answer);
    const auto* clean = document.ok() ? json::findMember(*document, "files_clean") : nullptr;
    if (options.json) {
        std::cout << *answer << '\n';
    } else if (document.ok()) {
        printErasure(*document);
    }
    if (clean != nullptr && clean->IsTrue()) return kExitOk;
    std::cerr << "A reader held the write-ahead log: the destroyed bytes are still in "
                 "ledger.db-wal. They go when the\n"
                 "gateway is stopped, or with the next erasure. "
                 "有读者占用预写日志,已销毁的字节仍在 ledger.db-wal 中,\n"
                 "网关停止或下次删除时清除。\n";
    return kExitUnavailable;
}

}  // namespace yht::app
