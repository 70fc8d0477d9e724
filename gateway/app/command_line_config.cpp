#include "gateway/app/command_line_config.h"

#include <memory>

#include "gateway/app/command_line_family.h"

namespace yht::app {
namespace {

using SharedWhy = std::shared_ptr<std::string>;

void addFiles(CommandFamily& commands, CommandOptions& options, const SharedWhy& why) {
    commands.addAnywhere("reference", "Every key with type, unit, default and range 全部配置项",
                         [&options] { return printConfigReference(options.json); },
                         "Examples 示例:\n  yht config reference\n  yht config reference --json");
    commands.add("check", "Check a deployment directory 检查部署目录", [&options] { return checkConfig(options); },
                 "A pulled source that no partner owns is named on standard error: it would be blocked, everything else runs.\n"
                 "无对接方代表的取数来源在标准错误输出中列出:该来源受阻,其余照常运行。\n"
                 "Examples 示例:\n  yht config check\n  yht config check -c /srv/yihaotong-new --json\n"
                 "Exit codes 退出码: 0 nothing is wrong, 78 the configuration is: every mistake of the first file that has one, with file, line and key.");
    commands.add("diff", "What differs from the bundle in force; exit code 3 where something does 与生效配置的差异",
                 [&options] { return diffConfig(options); },
                 "Line by line, as diff -u. What waits for a restart differs until then. 逐行列出差异;须重启的部分在重启前一直列出。\n"
                 "Examples 示例:\n  yht config diff\n  yht config diff --json\n"
                 "Exit codes 退出码: 0 no difference, 3 there is one.");
    auto* apply = commands.add(
        "apply", "Check, show what differs, have the running gateway take it into use 检查并使配置生效",
        [why, &options] { return applyConfig(options, *why); },
        "Says which files are in force now and which wait for a restart. --json: one object with difference, applied, changed and\n"
        "waiting_for_restart. 列出已生效的文件与须重启的文件。\n"
        "Examples 示例:\n  yht config apply --why \"12315 has a new certificate\"\n  yht config apply --why \"two more sources\" --json\n"
        "Exit codes 退出码: 0 taken, 69 no gateway is running, 77 not permitted to this operator, 78 the configuration is wrong.");
    addWhy(*apply, *why);
}

}  // namespace

void addConfig(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    const auto why = std::make_shared<std::string>();
    auto* config = top.add_subcommand("config", "Configuration 配置");
    config->require_subcommand(1);
    config->footer("Examples 示例:\n  yht config check\n  yht config diff\n  yht config apply --why \"12315 has a new certificate\"");
    CommandFamily of_config(*config, options, run);
    addFiles(of_config, options, why);

    auto* reload = CommandFamily(top, options, run).add(
        "reload", "The running gateway reads partners, sources and certificates again 重新加载对接方与证书",
        [why, &options] { return reloadGateway(options, *why); }, "Example 示例:\n  yht reload --why \"certificate of 12315 renewed\"");
    addWhy(*reload, *why);

    auto* clock = top.add_subcommand("clock", "The gateway's clock 时钟");
    clock->require_subcommand(1);
    clock->footer("Example 示例:\n  yht clock confirm --why \"NTP server sent a wrong day, set right at 10:12\"");
    auto* confirm = CommandFamily(*clock, options, run).add(
        "confirm", "It is right as it is now, although the ledger has later times 确认当前时钟正确",
        [why, &options] { return confirmClockCommand(options, *why); },
        "After the clock had run ahead for a while and was set right, signed requests get 503 server.clock_wrong until\n"
        "somebody says which of the two times was the wrong one. 时钟曾超前、现已校正时使用。\n"
        "Example 示例:\n  yht clock confirm --why \"NTP server sent a wrong day, set right at 10:12\"");
    addWhy(*confirm, *why);
}

}  // namespace yht::app
