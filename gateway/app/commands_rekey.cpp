// `yht ledger rekey`: the KEK before put out of use, a portion at a time.
#include <cstdlib>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_upkeep.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_rekey.h"
#include "gateway/app/deployment.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

std::uint64_t count(const rapidjson::Value& answer, const char* name) {
    // Numbers are texts in our documents.
    return std::strtoull(json::textMember(answer, name).c_str(), nullptr, 10);
}

bool flag(const rapidjson::Value& answer, const char* name) {
    const auto* member = json::findMember(answer, name);
    return member != nullptr && member->IsTrue();
}

/// Of all portions.
struct Totals {
    std::uint64_t rewrapped = 0, files = 0, unreadable = 0;
    bool files_clean = true;

    void add(const rapidjson::Value& answer) {
        rewrapped += count(answer, "rewrapped");
        files += count(answer, "files");
        unreadable += count(answer, "unreadable");
        files_clean = files_clean && flag(answer, "files_clean");
    }
};

void printProgress(const rapidjson::Value& answer, const Totals& totals) {
    std::cerr << '\r' << json::textMember(answer, "ledger") << ": tickets 工单 " << count(answer, "tickets") << " / "
              << count(answer, "tickets_last") << ", entries 条目 " << count(answer, "entries") << " / "
              << count(answer, "entries_last") << ", attachments 附件 " << totals.files << std::flush;
}

void printEnd(const Totals& totals, const std::string& to) {
    std::cout << totals.rewrapped << " keys are wrapped anew 个密钥已重新加密; nothing is under another KEK than 现均由 " << to << '\n';
    if (totals.unreadable > 0) {
        std::cout << totals.unreadable << " attachments opened under no KEK before either 个附件此前即无法解密\n";
    }
    std::cout << "Now take ledger.kek_former out of yht.yaml. Keep the former KEK with the backups that were made under it, "
                 "and destroy it with them.\n"
                 "请从 yht.yaml 中删除 ledger.kek_former;原密钥随以其加密的备份保管,并与之一同销毁。\n";
}

}  // namespace

int rekeyLedgerCommand(const CommandOptions& options, const std::string& why) {
    const auto config = Config::load(options.directory);
    if (!config.ok()) return reportError(config.error());
    const auto kek = readKeks(*config);
    if (!kek.ok()) return reportError(kek.error());
    Totals totals;
    for (bool done = false; !done;) {
        const auto answer = command(options.directory, {kRekeyLedger, {{"to", kek->name()}}, why});
        if (!answer.ok()) return reportError(answer.error());
        const auto document = json::parse(*answer);
        if (!document.ok() || !document->IsObject()) {
            return reportError(base::makeError(base::ErrorCode::PeerAnswerInvalid, kRekeyLedger));
        }
        totals.add(*document);
        done = flag(*document, "done");
        if (!options.json) printProgress(*document, totals);
    }
    if (options.json) {
        std::cout << "{\"files\":" << totals.files << ",\"files_clean\":" << (totals.files_clean ? "true" : "false")
                  << ",\"kek\":\"" << kek->name() << "\",\"rewrapped\":" << totals.rewrapped
                  << ",\"unreadable\":" << totals.unreadable << "}\n";
    } else {
        std::cerr << '\n';
        printEnd(totals, kek->name());
    }
    if (totals.files_clean) return kExitOk;
    std::cerr << "A reader held the write-ahead log: keys under the former KEK are still in ledger.db-wal. They go when the gateway "
                 "is stopped. 有读者占用预写日志,其中仍有由原密钥加密的密钥,网关停止时清除。\n";
    return kExitUnavailable;
}

}  // namespace yht::app
