#include "gateway/app/command_line_ledger.h"

#include <memory>

#include "gateway/app/command_line_family.h"
#include "gateway/app/command_line_upkeep.h"
#include "gateway/app/commands_why.h"

namespace yht::app {
namespace {

struct LedgerGiven {
    std::string ticket_no;
    WhyLine why_field;
    ExportOptions exporting;
    std::uint64_t after = 0;
    std::int64_t idle_s = 0;
};
using SharedLedger = std::shared_ptr<LedgerGiven>;

void addExport(CommandFamily& ledger, CommandOptions& options, const SharedLedger& given) {
    ExportOptions& chosen = given->exporting;
    auto* exporting = ledger.add(
        "export", "Evidence for an auditor, in one file 导出证据文件",
        [given, &options] { return exportLedger(options, given->exporting); },
        "Who exports what and why becomes an entry of the ledger first 导出人、范围与理由先记入账本。\n"
        "Without --ticket, --from and --to: the whole ledger 省略时导出全部。\nExamples 示例:\n"
        "  yht ledger export --why \"audit of 2019\" --out ledger-2019.evidence\n"
        "  yht ledger export --from 1 --to 5000 --without-payloads --why \"proofs for the province\" --out leaves.evidence\n"
        "  yht ledger export --ticket 430200-20190418-0000123-0 --why \"court request 2019-12\" --out ticket.evidence\n"
        "  ledger-verify ticket.evidence --log-key \"$(cat log.vkey)\"");
    exporting->add_option("--out", chosen.out, "File to write, readable by its owner only 输出文件")->required();
    auto* from = exporting->add_option("--from", chosen.from, "First sequence number 起始序号");
    auto* to = exporting->add_option("--to", chosen.to, "Last one; the newest where left out 终止序号");
    exporting->add_option("--ticket", chosen.ticket, "One ticket: its number, or PARTY/NUMBER 单张工单")->excludes(from)->excludes(to);
    exporting->add_flag("--without-payloads", chosen.without_payloads, "Leaves and proofs only, no personal data 不含内容");
    addWhy(*exporting, chosen.why)->required();
}

void addShow(CommandFamily& ledger, CommandOptions& options, const SharedLedger& given) {
    auto* show = ledger.add(
        "show", "One ticket's story as a timeline; with --why, where a value came from 一张工单的全过程;--why 查字段来历",
        [given, &options] {
            if (given->why_field.field.empty()) return showTicket(options, given->ticket_no);
            return showWhy(options, given->ticket_no, given->why_field);
        },
        "Of a record with several versions each line says which it is, and by which entry it was superseded.\n"
        "同一记录有多个版本时,逐行注明版次及被哪一条目取代。\n"
        "--why adapts the raw item once more with the version that made the record, which the ledger keeps, and says so where it\n"
        "can't be told any more. Values are masked; --clear shows them, and an entry of the ledger says who looked and why.\n"
        "--why 以制作该记录的适配器版本重新适配原文;不能查明时会说明原因。值已脱敏,--clear 显示原值并记入账本。\n"
        "Examples 示例:\n  yht ledger show 430200-20190418-0000123-0\n  yht ledger show zz-12315/A-77 --json\n"
        "  yht ledger show 430200-20190418-0000123-0 --why appeal/appeal_type\n"
        "  yht ledger show zz-110/J-5 --why caller_phone --clear --reason \"citizen asked which number we have\"\n"
        "Exit codes 退出码: 0 told, 3 some value's origin can't be told, 65 no such ticket or field.");
    show->add_option("ticket_no", given->ticket_no, "430200-20190418-0000123-0, or PARTY/NUMBER 或 来源/编号")->required();
    auto* why = show->add_option("--why", given->why_field.field,
                                 "FIELD, KIND/FIELD or ext/NAME: from which source path, mapping rule and vocabulary row it came "
                                 "字段:来自哪个来源路径、映射规则与码表行");
    auto* clear = show->add_flag("--clear", given->why_field.in_clear, "The value as it is, personal data included; wants --reason 不脱敏,须说明理由");
    auto* reason = show->add_option("--reason", given->why_field.reason, "Why you look; it stays in the ledger 查看理由,记入账本");
    clear->needs(why)->needs(reason);
    addTrial(*show, options.trial);
}

void addChecking(CommandFamily& ledger, CommandOptions& options, const SharedLedger& given) {
    auto* verify = ledger.add(
        "verify", "Recompute every hash, proof and signature 全部重算校验", [&options] { return verifyLedgerCommand(options); },
        "While the gateway runs or not; nothing is written. 网关运行与否均可,不写入任何内容。\n"
        "Examples 示例:\n  yht ledger verify\n  yht ledger verify --trial --json\n"
        "Exit codes 退出码: 0 all of it holds, 3 something does not: each is told.");
    auto* follow = ledger.add(
        "follow", "Entries as they are committed 实时跟踪",
        [given, &options] { return followLedger(options, given->after, given->idle_s); },
        "A line an entry, masked; with --json a JSON object a line. Ctrl-C ends it. 每条目一行,已脱敏;--json 为每行一个 JSON 对象;Ctrl-C 结束。\n"
        "Examples 示例:\n  yht ledger follow\n  yht ledger follow --after 1042 --idle-s 5 --json");
    follow->add_option("--after", given->after, "Begin after this sequence number 从此序号之后开始");
    follow->add_option("--idle-s", given->idle_s, "End after so many seconds without an entry 空闲多少秒后结束");
    auto* checkpoint = ledger.add(
        "checkpoint", "The newest checkpoint and the key to check it 最新检查点", [&options] { return showCheckpoint(options); },
        "Give both to an auditor: they fix everything up to now. 交审计方留存,即固定此前全部内容。\n"
        "Examples 示例:\n  yht ledger checkpoint\n  yht ledger checkpoint --json > checkpoint.json");
    for (auto* one : {verify, follow, checkpoint}) addTrial(*one, options.trial);
}

}  // namespace

void addLedger(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* ledger = top.add_subcommand("ledger", "Look into the ledger and check it 查看与校验账本");
    ledger->require_subcommand(1);
    ledger->footer("Examples 示例:\n  yht ledger show 430200-20190418-0000123-0\n  yht ledger verify\n"
                   "  yht ledger backup --out /backup/ledger.db");
    const auto given = std::make_shared<LedgerGiven>();
    CommandFamily commands(*ledger, options, run);
    addShow(commands, options, given);
    addChecking(commands, options, given);
    addExport(commands, options, given);
    addLedgerUpkeep(*ledger, options, run);
}

}  // namespace yht::app
