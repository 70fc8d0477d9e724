#include "gateway/app/command_line_sources.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_sources.h"

namespace yht::app {
namespace {

struct SourcesGiven {
    std::string source, why;
};
using SharedSources = std::shared_ptr<SourcesGiven>;

constexpr const char* kStates =
    "States 状态: healthy; late can't be asked, or items come late 延迟; silent none though some are expected 应有而无;\n"
    "degraded too much in quarantine 隔离过多; blocked log-in refused, peer not trusted, wrong configuration 受阻;\n"
    "backfilling catching up 补取中; paused by an operator 已暂停; draft takes nothing 未启用.\n";

}  // namespace

void addSources(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* sources = top.add_subcommand("sources", "Health of the sources that speak a format of their own 来源运行状况");
    sources->require_subcommand(1);
    sources->footer("Examples 示例:\n  yht sources list\n  yht sources show zz-12319\n  yht sources pause zz-12319 --why \"their database moves tonight\"");
    const auto given = std::make_shared<SourcesGiven>();
    addCommand(*sources, options, run, "list", "A row a source; exit code 3 where one is in trouble 来源一览", [&options] { return listSources(options); })
        ->footer(std::string(kStates) + "Examples 示例:\n  yht sources list\n  yht sources list --json");
    auto* show = addCommand(*sources, options, run, "show", "One source, and what its state rests on 查看一个来源", [given, &options] { return showSource(options, given->source); });
    show->add_option("source", given->source, "Id of the source 来源编号")->required();
    show->footer(std::string(kStates) + "Example 示例:\n  yht sources show zz-12319");
    const auto decide = [&](const char* name, const char* text, bool paused, const char* example) {
        auto* made = addCommand(*sources, options, run, name, text, [given, &options, paused] { return pauseSource(options, given->source, paused, given->why); });
        made->add_option("source", given->source, "Id of the source 来源编号")->required();
        addWhy(*made, given->why)->required();
        made->footer(std::string("What is under way ends with its portion. Your account and the reason become an entry of the ledger.\n"
                                 "进行中的一份取完即止;操作账号与理由记入账本。\nExample 示例:\n  ") + example);
    };
    decide("pause", "A pulled source is not asked any more 暂停取数", true, "yht sources pause zz-12319 --why \"their database moves tonight\"");
    decide("resume", "It is asked again, from where it stood 恢复取数", false, "yht sources resume zz-12319 --why \"the move is over\"");
}

}  // namespace yht::app
