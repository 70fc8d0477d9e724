// `yht history …` on the command line. Uses: CLI11, commands_history. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

void addHistory(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
