// `yht ledger archive`: closed months out of the database, file by file.
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_upkeep.h"
#include "gateway/app/control_archive.h"
#include "gateway/app/control_client.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

void printFile(const rapidjson::Value& answer) {
    const auto text = [&](const char* name) { return json::textMember(answer, name); };
    const auto* resumed = json::findMember(answer, "resumed");
    std::cout << text("month") << "  " << text("file") << "  " << text("entries") << " entries 条, " << text("size_bytes")
              << " bytes, #" << text("seq");
    if (resumed != nullptr && resumed->IsTrue()) std::cout << "  (an earlier run, ended now 续完上次归档)";
    std::cout << '\n';
}

void printEnd(std::size_t files, const rapidjson::Value* last) {
    if (last == nullptr) {
        std::cout << "nothing to archive: no closed month has finished, wholly delivered tickets left in the database\n"
                     "没有可归档的内容:已结束的月份中没有留在库内的已办结且已全部送达的工单\n";
        return;
    }
    std::cout << files << " files 个文件. Free in ledger.db for what comes next 账本库内可再用空间: "
              << json::textMember(*last, "free_bytes") << " of " << json::textMember(*last, "ledger_bytes")
              << " bytes\nCopy archive/ to where the backups are: from now on it is part of the ledger. "
                 "请将 archive/ 一并备份,它已是账本的一部分。\n";
}

}  // namespace

int archiveLedgerCommand(const CommandOptions& options, const std::string& before, const std::string& why) {
    std::string files;
    std::size_t count = 0;
    std::optional<rapidjson::Document> last;
    while (true) {
        const auto answer = command(options.directory, {kArchiveMonths, {{"before", before}}, why});
        if (!answer.ok()) return reportError(answer.error());
        auto document = json::parse(*answer);
        if (!document.ok() || !document->IsObject()) {
            return reportError(base::makeError(base::ErrorCode::PeerAnswerInvalid, "ledger.archive"));
        }
        if (json::textMember(*document, "file").empty()) break;
        ++count;
        files += (files.empty() ? "" : ",") + *answer;
        if (!options.json) printFile(*document);
        last = *std::move(document);
    }
    if (options.json) {
        std::cout << "{\"files\":[" << files << "]}\n";
    } else {
        printEnd(count, last ? &*last : nullptr);
    }
    return kExitOk;
}

}  // namespace yht::app
