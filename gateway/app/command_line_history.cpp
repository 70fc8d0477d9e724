#include "gateway/app/command_line_history.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_history.h"

namespace yht::app {
namespace {

struct HistoryGiven {
    ReleaseLine line;
    std::vector<std::string> files;
    std::string why;
};

}  // namespace

void addHistory(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* history = top.add_subcommand(
        "history", "Records of before a source was linked, which wait for their release 历史记录与放行"
    );
    history->require_subcommand(1);
    history->footer("Examples 示例:\n  yht history import zz-media /var/lib/yihaotong/import/2018.xlsx --why \"asked by the city\"\n  yht history list\n"
                    "  yht history release zz-media --from 2018-01-01 --to 2018-12-31 --why \"agreed with the province\"");
    auto given = std::make_shared<HistoryGiven>();
    addCommand(*history, options, run, "list", "What waits, by source 各来源待放行的历史记录", [&options] {
        return listHistory(options);
    })->footer("Exit codes 退出码: 0.\nExample 示例:\n  yht history list --json");
    auto* import = addCommand(
        *history, options, run, "import", "Bring a source's files of before it was linked 导入来源的历史文件",
        [given, &options] { return importHistory(options, given->line.source, given->files, given->why); }
    );
    import->add_option("source", given->line.source, "Source, as its folder under sources/ is called 来源")->required();
    import->add_option("file", given->files, "Files in the source's own format, of at most 63 MiB and 200000 items 来源自有格式的文件,每个至多 63 MiB、20 万条")->required();
    addWhy(*import, given->why)->required();
    import->footer(
        "Each file is one message of the source, adapted as those are, with its own times and numbers; its tickets run no\n"
        "clock and go nowhere until yht history release. The gateway's user reads the files; as a service it sees those of\n"
        "/var/lib/yihaotong/import, and no home directory or /tmp of yours. Cut short, or given twice: the same command again\n"
        "does what is missing, the rest is a duplicate.\n"
        "每个文件作为该来源的一份报文处理,保留原有时间与编号;工单不计时限,放行前不投递。文件由网关账号读取,以系统服务运行时请放入\n"
        "/var/lib/yihaotong/import;中断后重复执行即可续传。\n"
        "Examples 示例:\n  yht history import cs-wenzheng /var/lib/yihaotong/import/2018.xlsx --why \"asked by the city\"\n"
        "Exit codes 退出码: 0 all in, 3 items in quarantine or refused, 65 no such source or file, or none that can be read."
    );
    auto* release = addCommand(
        *history, options, run, "release", "Let a range of a source's history go to its destinations 放行一段历史记录",
        [given, &options] { return releaseHistory(options, given->line, given->why); }
    );
    release->add_option("source", given->line.source, "Source of the records 来源")->required();
    release->add_option("--from", given->line.from, "First day, or time (RFC 3339) 起始日期或时间")->required();
    release->add_option("--to", given->line.to, "Last day, or time before which (RFC 3339) 截止日期或时间")->required();
    addWhy(*release, given->why)->required();
    release->footer(
        "Records whose event time is in the range are routed as if they came now, to every destination whose rules want\n"
        "them. There is no way back; void a record to take it back. The order, your account and the reason become an entry.\n"
        "事件时间在该时段内的历史记录将按投递规则发往各对端,放行后不可撤回(可作废记录)。命令、账号与理由记入账本。\n"
        "Example 示例:\n  yht history release zz-media --from 2018-01-01 --to 2018-12-31 --why \"agreed with the province\"\n"
        "Exit codes 退出码: 0 released, 65 nothing of that time waits, or no such day."
    );
}

}  // namespace yht::app
