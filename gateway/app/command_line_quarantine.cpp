#include "gateway/app/command_line_quarantine.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_quarantine.h"

namespace yht::app {
namespace {

/// What CLI11 fills in, kept by the callbacks.
struct QuarantineGiven {
    QuarantineListing listing;
    ReplayLine replay;
    std::vector<std::uint64_t> ids;
    std::vector<std::string> sets;
    std::string record, why;
    std::uint64_t id = 0;
    bool raw = false;
};
using SharedQuarantine = std::shared_ptr<QuarantineGiven>;

constexpr const char* kRecorded =
    "The decision, your account and the reason become entries of the ledger. The running gateway is asked over its control\n"
    "socket; with none running the command writes the ledger itself.\n"
    "处置、操作账号与理由记入账本。网关运行时经控制套接字执行,未运行时由本命令直接写入账本。\n";

void addLooks(CommandFamily& commands, CommandOptions& options, const SharedQuarantine& given) {
    auto* list = commands.add(
        "list", "Items in quarantine; exit code 3 where one waits 隔离条目一览",
        [given, &options] { return listQuarantine(options, given->listing); },
        "Examples 示例:\n  yht quarantine list --by-reason\n  yht quarantine list --source market-12315 --since 2019-04-18\n"
        "  yht quarantine list --reason adapter.item_unmapped --json");
    list->add_option("--source", given->listing.source, "Only of this source 仅此来源");
    list->add_option("--reason", given->listing.reason, "Error code, or fingerprint 错误代码或特征");
    list->add_option("--since", given->listing.since, "Not before this day or time 起始日期或时间");
    list->add_option("--state", given->listing.state, "open, fixed, replayed, discarded or all 状态")
        ->capture_default_str()
        ->check(CLI::IsMember({"open", "fixed", "replayed", "discarded", "all"}));
    list->add_flag("--by-reason", given->listing.by_reason, "The same trouble once, with its count 按原因归并");
    list->add_option("--limit", given->listing.limit, "At most so many 最多条数")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    auto* show = commands.add(
        "show", "One item: where and why it failed 查看一条",
        [given, &options] { return showQuarantined(options, given->id, given->raw, given->why); },
        "Shows places and codes, no content. --raw shows what the source sent (the first 16 KiB): it holds personal data, so\n"
        "--why is wanted, and an entry of the ledger says who looked.\n"
        "只显示位置与代码,不含内容;--raw 显示来源原文(前 16 KiB,含个人信息),须说明理由,查看记录入账。\n"
        "Examples 示例:\n  yht quarantine show 7\n  yht quarantine show 7 --raw --why \"unknown code, asked the hotline\"");
    show->add_option("id", given->id, "Number of the item 编号")->required();
    auto* raw = show->add_flag("--raw", given->raw, "With the raw bytes 含原文");
    auto* why = show->add_option("--why", given->why, "The reason; it stays in the ledger 理由,记入账本");
    raw->needs(why);
}

void addDecisions(CommandFamily& commands, CommandOptions& options, const SharedQuarantine& given) {
    auto* fix = commands.add(
        "fix", "Admit an item with changes of yours 修正后入账",
        [given, &options] { return fixQuarantined(options, given->id, given->sets, given->why); },
        std::string("PATH is a path of the source's own item, as `yht quarantine show` names it. The item is adapted anew by the\n"
                    "adapter in force; where it still fails, nothing is changed and the reason is told.\n"
                    "PATH 为来源条目自身的路径。按现行适配器重新适配;仍有错误时不作任何更改。\n") +
            kRecorded + "Example 示例:\n  yht quarantine fix 7 --set /data/BLSX=15 --why \"asked the hotline, 15 days were meant\"\n"
            "Exit codes 退出码: 0 admitted, 65 it still fails, or no such item.");
    fix->add_option("id", given->id, "Number of the item 编号")->required();
    fix->add_option("--set", given->sets, "PATH=TEXT, several times 可多次")->required();
    addWhy(*fix, given->why)->required();
    auto* replay = commands.add(
        "replay", "Adapt items anew, as they came 重新适配入账",
        [given, &options] { return replayQuarantined(options, given->replay, given->why); },
        std::string("After the mapping was mended. What still fails stays open with its new reason.\n"
                    "修正映射后使用;仍有错误的条目保持待处理,并更新原因。\n") +
            kRecorded + "Examples 示例:\n  yht quarantine replay 7 8 --why \"code 15 added\"\n"
            "  yht quarantine replay --source market-12315 --reason adapter.item_unmapped --why \"code 15 added\"\n"
            "Exit codes 退出码: 0 all admitted, 3 some stay open, 65 no such item.");
    replay->add_option("id", given->replay.ids, "Numbers of items 编号");
    replay->add_option("--source", given->replay.source, "All open ones of this source 此来源的全部待处理条目");
    replay->add_option("--reason", given->replay.reason, "Of this error code or fingerprint 此错误代码或特征");
    addWhy(*replay, given->why)->required();
    auto* discard = commands.add(
        "discard", "Nothing becomes of an item 放弃条目",
        [given, &options] { return discardQuarantined(options, given->ids, given->why); },
        std::string(kRecorded) + "Example 示例:\n  yht quarantine discard 7 --why \"a test of the hotline, it said by telephone\"");
    discard->add_option("id", given->ids, "Numbers of items 编号")->required();
    addWhy(*discard, given->why)->required();
}

}  // namespace

void addQuarantine(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* quarantine = top.add_subcommand(
        "quarantine", "Items of sources' messages that could not become records 隔离区:未能成为记录的来源条目");
    quarantine->require_subcommand(1);
    quarantine->footer("Examples 示例:\n  yht quarantine list --by-reason\n  yht quarantine show 7\n"
                       "  yht quarantine replay --source market-12315 --why \"code 15 added\"");
    auto given = std::make_shared<QuarantineGiven>();
    CommandFamily commands(*quarantine, options, run);
    addLooks(commands, options, given);
    addDecisions(commands, options, given);
}

void addCorrection(CLI::App& tickets, CommandOptions& options, std::function<int()>& run) {
    auto given = std::make_shared<QuarantineGiven>();
    CommandFamily commands(tickets, options, run);
    auto* correct = commands.add(
        "correct", "Correct a record: the same version, one more correction 更正记录",
        [given, &options] { return correctRecordCommand(options, given->record, given->sets, given->why); },
        std::string("A ticket's number means its newest appeal; the number of an entry means that record, which must be the newest\n"
                    "of its kind. An empty VALUE takes the field away; lists and maps are JSON. The source's own content stays.\n"
                    "工单编号指其最新诉求;账本序号指该条记录(须为最新)。值为空即删除字段,列表与映射用 JSON。来源原有内容保留。\n") +
            kRecorded + "Examples 示例:\n  yht tickets correct 430200-20190418-0000123-0 --set area_code=430211 --why \"wrong district\"\n"
            "  yht tickets correct 1042 --set 'tags=[\"供热\"]' --why \"asked by the centre\"\n"
            "Exit codes 退出码: 0 corrected, 65 no such record, or the correction breaks the catalogue.");
    correct->add_option("record", given->record, "Ticket's number, or number of the entry 工单编号或账本序号")->required();
    correct->add_option("--set", given->sets, "FIELD=VALUE, several times 可多次")->required();
    addWhy(*correct, given->why)->required();
}

}  // namespace yht::app
