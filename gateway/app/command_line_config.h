// `yht config …`, `yht reload` and `yht clock confirm` on the command line. Uses: CLI11, commands. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// References must outlive the parse; `run` is set to the command that was chosen.
void addConfig(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
