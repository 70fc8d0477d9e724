#include "gateway/app/command_line_approvals.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_approvals.h"
#include "gateway/app/control_approvals.h"

namespace yht::app {
namespace {

struct ApprovalsGiven {
    std::uint64_t id = 0;
    std::string why;
};

}  // namespace

void addApprovals(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* approvals = top.add_subcommand("approvals", "Commands that wait for a second person 待第二人复核的命令");
    approvals->require_subcommand(1);
    approvals->footer("Examples 示例:\n  yht approvals list\n  YHT_OPERATOR=op-012 YHT_OPERATOR_KEY=op-012.key yht approvals approve 1042 --why \"seen the court's letter\"");
    const auto given = std::make_shared<ApprovalsGiven>();
    addCommand(*approvals, options, run, "list", "What waits; exit code 3 where something does 待复核一览", [&options] { return listApprovals(options); })
        ->footer("Examples 示例:\n  yht approvals list\n  yht approvals list --json");
    const auto decide = [&](const char* name, const char* text, const char* command, const char* example) {
        auto* made = addCommand(*approvals, options, run, name, text, [given, &options, command] { return decideApproval(options, command, given->id, given->why); });
        made->add_option("id", given->id, "Number of the command that waits 待复核编号")->required();
        addWhy(*made, given->why)->required();
        made->footer(std::string("Who asked can't approve. After it, who asked gives the same command again, within 24 hours.\n"
                                 "申请人不能自行复核;复核后由申请人在 24 小时内再次发出同一命令。\nExample 示例:\n  ") + example);
    };
    decide("approve", "The command may be given 同意", kApprove, "yht approvals approve 1042 --why \"seen the court's letter\"");
    decide("refuse", "It may not 拒绝", kRefuse, "yht approvals refuse 1042 --why \"wrong ticket\"");
}

}  // namespace yht::app
