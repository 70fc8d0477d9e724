// `yht approvals …` on the command line. Uses: CLI11, commands_approvals. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// References must outlive `top`; `run` is set to the command that was chosen.
void addApprovals(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
