#include "gateway/app/command_line_family.h"

namespace yht::app {

CLI::App* addCommand(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
) {
    auto* made = parent.add_subcommand(name, text);
    made->callback([&run, command = std::move(command)] { run = command; });
    made->add_option("-c,--config", options.directory, "Deployment directory 部署目录")
        ->envname("YHT_CONFIG")
        ->capture_default_str();
    made->add_flag("--json", options.json, "For machines 机器可读");
    return made;
}

CLI::Option* addWhy(CLI::App& command, std::string& why) {
    return command.add_option("--why", why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息");
}

}  // namespace yht::app
