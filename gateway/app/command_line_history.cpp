#include "gateway/app/command_line_history.h"

#include "gateway/app/commands_history.h"

namespace yht::app {
namespace {

struct Given {
    ReleaseLine line;
    std::string why;
};

CLI::App* add(
    CLI::App& history, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
) {
    auto* made = history.add_subcommand(name, text);
    made->callback([&run, command = std::move(command)] { run = command; });
    made->add_option("-c,--config", options.directory, "Deployment directory 部署目录")
        ->envname("YHT_CONFIG")
        ->capture_default_str();
    made->add_flag("--json", options.json, "For machines 机器可读");
    return made;
}

}  // namespace

void addHistory(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* history = top.add_subcommand(
        "history", "Records of before a source was linked, which wait for their release 历史记录与放行"
    );
    history->require_subcommand(1);
    history->footer("Examples 示例:\n  yht history list\n"
                    "  yht history release zz-media --from 2018-01-01 --to 2018-12-31 --why \"agreed with the province\"");
    auto given = std::make_shared<Given>();
    add(*history, options, run, "list", "What waits, by source 各来源待放行的历史记录", [&options] {
        return listHistory(options);
    })->footer("Exit codes 退出码: 0.\nExample 示例:\n  yht history list --json");
    auto* release = add(
        *history, options, run, "release", "Let a range of a source's history go to its destinations 放行一段历史记录",
        [given, &options] { return releaseHistory(options, given->line, given->why); }
    );
    release->add_option("source", given->line.source, "Source of the records 来源")->required();
    release->add_option("--from", given->line.from, "First day, or time (RFC 3339) 起始日期或时间")->required();
    release->add_option("--to", given->line.to, "Last day, or time before which (RFC 3339) 截止日期或时间")->required();
    release->add_option("--why", given->why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息")
        ->required();
    release->footer(
        "Records whose event time is in the range are routed as if they came now, to every destination whose rules want\n"
        "them. There is no way back; void a record to take it back. The order, your account and the reason become an entry.\n"
        "事件时间在该时段内的历史记录将按投递规则发往各对端,放行后不可撤回(可作废记录)。命令、账号与理由记入账本。\n"
        "Example 示例:\n  yht history release zz-media --from 2018-01-01 --to 2018-12-31 --why \"agreed with the province\"\n"
        "Exit codes 退出码: 0 released, 65 nothing of that time waits, or no such day."
    );
}

}  // namespace yht::app
