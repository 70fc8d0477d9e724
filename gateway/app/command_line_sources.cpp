#include "gateway/app/command_line_sources.h"

#include "gateway/app/commands_sources.h"

namespace yht::app {
namespace {

struct Given {
    std::string source, why;
};

CLI::App* add(CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* what,
              std::function<int()> command, const char* footer) {
    auto* made = parent.add_subcommand(name, what);
    made->callback([&run, command = std::move(command)] { run = command; });
    made->add_option("-c,--config", options.directory, "Deployment directory 部署目录")->envname("YHT_CONFIG")->capture_default_str();
    made->add_flag("--json", options.json, "For machines 机器可读");
    made->footer(footer);
    return made;
}

}  // namespace

void addSources(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* sources = top.add_subcommand("sources", "Sources in their own formats: health, account, pause 来源健康状况与账目");
    sources->require_subcommand(1);
    sources->footer("Examples 示例:\n  yht sources list\n  yht sources show zz-12319\n"
                    "  yht sources pause zz-12319 --why \"their server is being moved\"");
    auto given = std::make_shared<Given>();
    add(*sources, options, run, "list", "One row a source; exit code 3 where one is in trouble 来源一览", [&options] { return listSources(options); },
        "States 状态: healthy 正常, backfilling 补采中, late 滞后, silent 静默, degraded 异常, blocked 受阻, paused 暂停, draft 草稿, retired 停用.\n"
        "Examples 示例:\n  yht sources list\n  yht sources list --json");
    auto* show = add(*sources, options, run, "show", "One source at length 查看一个来源",
                     [given, &options] { return showSource(options, given->source); }, "Example 示例:\n  yht sources show zz-12319");
    show->add_option("source", given->source, "Id of the source 来源")->required();
    for (const bool pause : {true, false}) {
        auto* made = add(*sources, options, run, pause ? "pause" : "resume",
                         pause ? "Pull no more until resumed; kept over restarts 暂停拉取" : "Pull again 恢复拉取",
                         [given, &options, pause] { return pauseSource(options, given->source, pause, given->why); },
                         pause ? "Example 示例:\n  yht sources pause zz-12319 --why \"their server is being moved\""
                               : "Example 示例:\n  yht sources resume zz-12319 --why \"they are back\"");
        made->add_option("source", given->source, "Id of the source 来源")->required();
        made->add_option("--why", given->why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息")->required();
    }
}

}  // namespace yht::app
