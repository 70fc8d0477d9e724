#include "gateway/app/command_line_family.h"

#include <cstdlib>

namespace yht::app {

std::string fromEnvironment(const char* variable, const char* fallback) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' ? value : fallback;
}

std::string withVariable(const char* text, const char* variable) {
    return std::string(text) + "; environment 环境变量 " + variable;
}

CLI::Option* addDeployment(CLI::App& command, std::string& directory) {
    return command.add_option("-c,--config", directory, withVariable("Deployment directory 部署目录", kDeploymentVariable))
        ->capture_default_str();
}

CLI::Option* addJson(CLI::App& command, bool& json) { return command.add_flag("--json", json, "For machines 机器可读"); }

CLI::App* addCommandOfNoDeployment(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
) {
    auto* made = parent.add_subcommand(name, text);
    // CLI11 runs it after those of the subcommands: where the line names one, that one counts.
    made->callback([made, &run, command = std::move(command)] {
        if (made->get_subcommands().empty()) run = command;
    });
    addJson(*made, options.json);
    return made;
}

CLI::App* addCommand(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
) {
    auto* made = addCommandOfNoDeployment(parent, options, run, name, text, std::move(command));
    addDeployment(*made, options.directory);
    return made;
}

CLI::Option* addWhy(CLI::App& command, std::string& why) {
    return command.add_option("--why", why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息");
}

CLI::Option* addTrial(CLI::App& command, bool& trial) {
    return command.add_flag("--trial", trial, "The trial ledger instead of the live one 查看联调账本");
}

}  // namespace yht::app
